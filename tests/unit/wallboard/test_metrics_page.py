"""docs/metrics-supervisors.md and the definitions say the same."""

from __future__ import annotations

from pathlib import Path

from screenpop.domain import workday
from screenpop.domain.service_level import ServiceLevelRules
from screenpop.wallboard import agent_metrics, agents, counters, feed, metrics

PAGE = Path(__file__).parents[3] / "docs" / "metrics-supervisors.md"


def rows(heading: str) -> list[list[str]]:
    section = PAGE.read_text().split(f"\n## {heading}\n")[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("| `")]
    return [[cell.strip(" `") for cell in line.strip("|").split("|")] for line in lines]


def defined(definitions: tuple[agent_metrics.MetricDefinition, ...]) -> list[list[str]]:
    return [[d.name, d.label, d.formula, d.unit] for d in definitions]


def test_the_page_gives_every_number_in_the_words_of_its_definition() -> None:
    assert rows("Now") == defined(metrics.LIVE)
    assert rows("Today") == defined(metrics.TODAY)
    assert rows("Time of agents") == defined(metrics.OF_AGENTS_TIME)
    assert rows("Service level in words") == defined(
        metrics.service_levels(ServiceLevelRules())
    )
    assert rows("Agents") == defined(agent_metrics.AGENTS)
    assert rows("Teams") == defined(agent_metrics.TEAMS)


def test_the_page_names_the_limits_as_they_are() -> None:
    stated = {
        name: int(text.split()[0].replace(",", "")) for name, text, _ in rows("Limits")
    }
    assert stated == {
        "QUEUES_MAX": counters.QUEUES_MAX,
        "DAYS_MAX": counters.DAYS_MAX,
        "AGENTS_MAX": agents.AGENTS_MAX,
        "CHANGES_MAX": workday.CHANGES_MAX,
        "WORKDAYS_PER_TICK_MAX": feed.WORKDAYS_PER_TICK_MAX,
        "AGENTS_PER_DELTA_MAX": feed.AGENTS_PER_DELTA_MAX,
    }
