"""One Chromium for all browser tests, one context a person, the built pages."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from browser.chromium import CHROMIUM, launched
from browser.house import House, open_house
from playwright.async_api import Browser

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "screenpop" / "web" / "assets" / "index.html"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest.fixture(scope="session")
def built_pages() -> None:
    """The pages as the sources have them; built if they are not."""
    if PAGES.exists() and not _newer_than(PAGES.stat().st_mtime):
        return
    script = ROOT / "scripts" / "build-ui"
    subprocess.run([script], check=True, env={**os.environ, "PYTHON": sys.executable})
    PAGES.touch()


def _newer_than(built_s: float) -> bool:
    sources = ROOT / "agent_ui"
    files = [*sources.glob("*.*"), *(sources / "src").rglob("*")]
    return any(file.stat().st_mtime > built_s for file in files if file.is_file())


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium(built_pages: None) -> AsyncIterator[Browser]:
    if shutil.which(CHROMIUM) is None and not os.environ.get("CI"):
        pytest.skip("no Chromium: install chromium, or set CHROMIUM to its path")
    async with launched() as browser:
        yield browser


@pytest_asyncio.fixture(loop_scope="session")
async def house(tmp_path: Path, chromium: Browser) -> AsyncIterator[House]:
    async with open_house(tmp_path, chromium) as house:
        yield house
