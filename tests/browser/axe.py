"""What does axe-core find on a page?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from browser.desk import Tab

AXE = Path(__file__).parents[2] / "agent_ui/node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


async def violations(tab: Tab) -> list[str]:
    """What axe-core finds, in light and in dark; one line for each."""
    found = []
    for scheme in ("light", "dark"):
        await tab.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        result: list[dict[str, Any]] = await tab.page.evaluate(
            """async ([source, rules]) => {
                if (!globalThis.axe) (0, eval)(source);
                const options = { runOnly: { type: "tag", values: rules } };
                return (await axe.run(document, options)).violations;
            }""",
            [AXE.read_text(), RULES],
        )
        found += [
            f"{scheme}: {each['id']}: {each['help']}: {node['target']}"
            f" {node['failureSummary']}"
            for each in result
            for node in each["nodes"]
        ]
    return found
