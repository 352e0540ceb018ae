"""Is every command of the README one that works, and every file one that exists?"""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from screenpop.cli import VERBS
from screenpop.demo.run import free_port
from screenpop.intake.dialect import dialect_names
from screenpop.web.routes import ROUTES

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
IMAGE_BYTES_MAX = 300_000
UP_WITHIN_S = 60
FIRST_PORT = 18_500

ERP = """
create table customer (id integer, name text, phone text, country text);
insert into customer values (7, 'Ada Byron', '020 7946 0958', 'GB');
create table account (customer_id integer, open text, overdue text, currency text);
insert into account values (7, '1250.00', '480.50', 'GBP');
"""


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def shell_block(word: str) -> str:
    """The one shell block that has this word in it."""
    (found,) = [block for block in blocks("sh") if word in block]
    return str(found)


class Desktop:
    """A folder in which somebody follows the README."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.port = free_port(FIRST_PORT + os.getpid() % 1000)
        text = "".join(blocks("yaml")).replace(
            "server: {", f"server: {{port: {self.port}, "
        )
        (folder / "screenpop.yaml").write_text(text)
        with sqlite3.connect(folder / "erp.sqlite") as erp:
            erp.executescript(ERP)
        erp.close()

    def environment(self) -> dict[str, str]:
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        inside = {"PATH": path, "SCREENPOP_SIGNING_SECRET": "change-me"}
        return {**os.environ, **inside, "PYTHONPATH": os.pathsep.join(sys.path)}

    def run(self, script: str) -> str:
        """Run it as written, but for the port; fails as the shell does."""
        script = script.replace(":8080", f":{self.port}")
        done = subprocess.run(
            ["sh", "-euc", script],
            cwd=self.folder,
            env=self.environment(),
            capture_output=True,
            text=True,
            timeout=UP_WITHIN_S,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    @contextmanager
    def serving(self, command: str) -> Iterator[None]:
        process = subprocess.Popen(
            ["sh", "-c", f"exec {command}"],
            cwd=self.folder,
            env=self.environment(),
            stderr=subprocess.DEVNULL,
        )
        try:
            self._await_answer(process)
            yield
        finally:
            process.terminate()
            process.wait(timeout=UP_WITHIN_S)

    def _await_answer(self, process: subprocess.Popen[bytes]) -> None:
        """A process of its own can only be asked again and again."""
        end = time.monotonic() + UP_WITHIN_S
        while time.monotonic() < end:
            assert process.poll() is None, "the service ended"
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz").close()
                return
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.1)
        pytest.fail(f"no answer within {UP_WITHIN_S} s")


@pytest.fixture
def desktop(tmp_path: Path) -> Desktop:
    return Desktop(tmp_path)


def test_the_commands_work_one_after_the_other(desktop: Desktop) -> None:
    missing = [tool for tool in ("curl", "openssl") if shutil.which(tool) is None]
    if missing:
        pytest.skip(f"the example needs {' and '.join(missing)}")
    *first, serve = shell_block("screenpop serve").strip().splitlines()
    said = [desktop.run(command) for command in first]
    assert "Ada Byron" in said[1]
    assert "480.50" in said[1]
    with desktop.serving(serve.split("#")[0].strip()):
        desktop.run(shell_block("curl"))
        with pytest.raises(AssertionError, match="401"):
            desktop.run(shell_block("curl").replace("=change-me", "=something-else"))
        [command] = re.findall(r"^\| Backup \| `([^`]+)`", README, re.M)
        desktop.run(command)
    with zipfile.ZipFile(desktop.folder / "saved.zip") as saved:
        saved.extract("store.sqlite", desktop.folder)
    users = sqlite3.connect(desktop.folder / "store.sqlite")
    assert users.execute("select username from users").fetchall() == [("ana",)]
    users.close()
    journal = sqlite3.connect(desktop.folder / "screenpop-data" / "journal.sqlite")
    assert journal.execute("select count(*) from sqlite_master").fetchone()[0] > 0
    journal.close()


def test_the_source_takes_ten_lines() -> None:
    (data,) = [block for block in blocks("yaml") if "sources:" in block]
    assert len(data.splitlines()) <= 10


def test_every_verb_script_route_and_dialect_that_is_named_is_there() -> None:
    verbs = set(re.findall(r"\bscreenpop ([a-z-]+)", README))
    assert verbs <= {*VERBS, "serve"}
    scripts = set(re.findall(r"scripts/([a-z-]+)", README))
    assert scripts >= {"demo", "test"}
    assert [name for name in scripts if not (ROOT / "scripts" / name).exists()] == []
    routes = {route.path for route in ROUTES}
    assert {"/livez", "/readyz", "/metrics"} <= routes
    assert set(re.findall(r"screenpop dialects (\w+)`", README)) <= set(dialect_names())
    assert len(dialect_names()) > 30


def test_every_option_that_is_named_is_there() -> None:
    options = set(re.findall(r"(?<![\w-])--[a-z-]+", "\n".join(blocks("sh")) + README))
    curl = {"--fail-with-body", "--data"}
    cli = "".join(f.read_text() for f in (ROOT / "screenpop" / "cli").glob("*.py"))
    scripts = "".join(f.read_text() for f in (ROOT / "scripts").iterdir())
    named = {
        name
        for name in options - curl
        if not _is_option(name, cli) and name not in scripts
    }
    assert named == set()


def _is_option(name: str, cli: str) -> bool:
    return (
        name in cli
        or re.search(rf"^\s+{name[2:].replace('-', '_')}: ", cli, re.M) is not None
    )


def test_links_lead_somewhere_and_every_page_of_docs_is_linked() -> None:
    targets = set(re.findall(r"\]\(([^)#:]+)\)", README))
    assert [target for target in targets if not (ROOT / target).exists()] == []
    pages = {f"docs/{page.name}" for page in (ROOT / "docs").glob("*.md")}
    assert pages <= targets


def test_the_pictures_are_small_and_all_used() -> None:
    pictures = list((ROOT / "docs" / "images").glob("*.png"))
    assert len(pictures) >= 3
    for picture in pictures:
        assert f"docs/images/{picture.name}" in README
        assert picture.stat().st_size < IMAGE_BYTES_MAX, picture.name
