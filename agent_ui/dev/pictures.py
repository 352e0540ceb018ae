"""What does every scene look like, does anything jump, is anybody shut out?

`python agent_ui/dev/pictures.py FOLDER [SCENE…]` starts the mock server, photographs
the scenes at four widths in both themes and runs axe on each. Exits 1 on a finding.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

HERE = Path(__file__).parent
AXE = HERE.parent / "node_modules" / "axe-core" / "axe.min.js"
PORT = 8897
ADDRESS = f"http://127.0.0.1:{PORT}"
CHROMIUM = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
SIZES = {360: 780, 800: 1000, 1280: 900, 1600: 1000}
SCENES = (
    "login", "empty", "ringing", "half", "complete", "good", "hold", "candidates",
    "unknown", "withheld", "trouble", "two", "wrap_up", "lost", "wallboard", "formulas",
    "big", "sources", "help", "admin",
)  # fmt: skip


@contextmanager
def mock_server() -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, str(HERE / "mock_server.py"), str(PORT)]
    server = subprocess.Popen(command, stdout=subprocess.PIPE)  # noqa: S603
    assert server.stdout is not None
    server.stdout.readline()
    try:
        yield server
    finally:
        server.terminate()
        server.wait()


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as tools:
        browser = tools.chromium.launch(
            executable_path="/usr/bin/chromium", args=list(CHROMIUM)
        )
        yield browser
        browser.close()


def visit(browser: Browser, scene: str, width: int, theme: str) -> Page:
    page = browser.new_page(
        viewport={"width": width, "height": SIZES[width]},
        color_scheme="dark" if theme == "dark" else "light",
        reduced_motion="reduce",
    )
    page.on("console", lambda said: _complain(scene, said.type, said.text))
    page.on("pageerror", lambda error: _complain(scene, "error", str(error)))
    board = scene in ("wallboard", "big", "formulas")
    server_scene = {"lost": "complete", "sources": "complete", "help": "complete"}
    name = server_scene.get(scene, scene)
    path = "/admin" if scene == "admin" else "/wallboard" if board else "/"
    page.goto(f"{ADDRESS}{path}?scene={name}")
    if scene == "login":
        return page
    page.get_by_label("User name").fill("ada" if scene == "admin" else "ana")
    page.get_by_label("Password").fill("secret")
    page.get_by_role("button", name="Log in").click()
    page.wait_for_selector(".wallboard" if board else ".card, .recent, .admin")
    _act(page, scene)
    return page


def _act(page: Page, scene: str) -> None:
    if scene == "sources":
        page.keyboard.press("s")
    if scene == "admin":
        page.get_by_role("button", name="telephones").click()
        for said in ("refused", "at 1001"):
            page.locator(".request-head", has_text=said).first.click()
    if scene == "help":
        page.keyboard.press("?")
    if scene in ("big", "formulas"):
        page.get_by_role("button", name=scene.capitalize()).click()


_complaints: list[str] = []


def _complain(scene: str, kind: str, text: str) -> None:
    if kind in ("error", "warning") and "401" not in text and "ERR_" not in text:
        _complaints.append(f"{scene}: console: {text}")


def examine(page: Page, scene: str, width: int, theme: str) -> list[str]:
    """What axe finds, and whether the page scrolls sideways."""
    found = []
    wide = page.evaluate(
        "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    )
    if wide:
        found.append(f"{scene} {width}: scrolls sideways")
    page.evaluate(AXE.read_text(encoding="utf-8") + "; undefined")
    result = page.evaluate(
        "axe.run(document, {resultTypes: ['violations']}).then(r => r.violations.map("
        "v => v.id + ': ' + v.nodes.slice(0, 3).map(n => n.target.join(' ') + ' '"
        " + (n.any[0]?.message ?? '')).join(' | ')))"
    )
    return found + [f"{scene} {width} {theme}: {violation}" for violation in result]


JUMPS = """() => {
  const box = (e) => { const r = e.getBoundingClientRect();
    return [r.left, r.top, r.width, r.height].map(Math.round).join(','); };
  const watched = '.hero, .who h2, .identity, .verdict, .facet, .facet-body, .room,'
    + ' .writing, .years, .limit';
  return Object.fromEntries([...document.querySelectorAll(watched)].map((e, i) =>
    [(e.dataset.facet ?? e.closest('[data-facet]')?.dataset.facet ?? '') + ' '
     + e.className.toString() + ' ' + i, box(e)]));
}"""


def picture(
    browser: Browser, folder: Path, scene: str, width: int, theme: str
) -> list[str]:
    page = visit(browser, scene, width, theme)
    found = examine(page, scene, width, theme)
    page.mouse.move(0, 0)
    page.screenshot(path=folder / f"{scene}-{width}-{theme}.png")
    page.close()
    return found


def watch_it_fill(browser: Browser, width: int) -> list[str]:
    """Watch a card from its first moment until every source has answered."""
    page = browser.new_page(viewport={"width": width, "height": SIZES[width]})
    page.goto(f"{ADDRESS}/?scene=growing")
    page.get_by_label("User name").fill("ana")
    page.get_by_label("Password").fill("secret")
    page.get_by_role("button", name="Log in").click()
    page.wait_for_selector(".card")
    before = page.evaluate(JUMPS)
    assert len(before) > 20, "nothing to watch: did the card open?"
    assert page.locator(".facet[data-state=pending]").count() > 5
    page.wait_for_selector(".facet[data-state=pending]", state="detached")
    after = page.evaluate(JUMPS)
    page.close()
    moved = [
        f"growing {width}: {name} moved from {place} to {after.get(name)}"
        for name, place in before.items()
        if after.get(name) != place
    ]
    return moved


def lost(browser: Browser, folder: Path, server: subprocess.Popen[bytes]) -> None:
    pages = [visit(browser, "complete", width, "light") for width in (360, 1280)]
    server.terminate()
    server.wait()
    for page in pages:
        page.wait_for_selector(".banner")
        width = (page.viewport_size or {"width": 0})["width"]
        page.screenshot(path=folder / f"lost-{width}-light.png")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("scenes", nargs="*", default=list(SCENES))
    parser.add_argument("--widths", type=int, nargs="*", default=list(SIZES))
    parser.add_argument("--themes", nargs="*", default=["light", "dark"])
    parser.add_argument("--jumps", action="store_true")
    chosen = parser.parse_args()
    chosen.folder.mkdir(parents=True, exist_ok=True)
    found: list[str] = []
    with mock_server() as server, chromium() as browser:
        for scene in (s for s in chosen.scenes if s != "lost"):
            for width in chosen.widths:
                for theme in chosen.themes:
                    found += picture(browser, chosen.folder, scene, width, theme)
        for width in chosen.widths if chosen.jumps else ():
            found += watch_it_fill(browser, width)
        if "lost" in chosen.scenes:
            lost(browser, chosen.folder, server)
    for line in dict.fromkeys([*found, *_complaints]):
        sys.stdout.write(line + "\n")
    return 1 if found or _complaints else 0


if __name__ == "__main__":
    raise SystemExit(main())
