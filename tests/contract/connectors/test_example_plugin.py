"""Is a stranger's plugin found, asked and tested like our own connectors?"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[3] / "connectors" / "example_plugin"
ASK = """
import asyncio, json, pathlib, sys
from screenpop.connector import ConnectorContext
from screenpop.connector.registry import Registry

async def main():
    registry = Registry()
    kind = registry.find("vcard")
    context = ConnectorContext(source="book", folder=pathlib.Path(sys.argv[1]))
    book = kind(kind.source_options(path="book.vcf", country="GB"), context)
    lookup = book.lookup("who", kind.lookup_options())
    rows = await lookup.fetch({"number": "+442079460958"})
    names = registry.names()
    print(json.dumps([registry.origin("vcard"), "sql" in names, rows]))

asyncio.run(main())
"""


@pytest.fixture(scope="session")
def plugin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder it is installed to, built from a copy as a stranger would."""
    folder = tmp_path_factory.mktemp("stranger")
    shutil.copytree(EXAMPLE, folder / "source")
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-index"]
    command += ["--no-deps", "--no-build-isolation", "--disable-pip-version-check"]
    command += ["--target", str(folder / "installed"), str(folder / "source")]
    run(command, folder)
    return folder / "installed"


def run(command: list[str], folder: Path, *, path: Path | None = None) -> str:
    """Run a program that finds the plugin; its output is shown when it fails."""
    environment = {**os.environ, "PYTHONPATH": str(path)} if path else None
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_registry_finds_it_and_it_answers(plugin: Path, tmp_path: Path) -> None:
    (tmp_path / "book.vcf").write_text(
        "BEGIN:VCARD\nUID:7\nFN:Ada\nTEL:020 7946 0958\nEND:VCARD\n"
    )
    said = run([sys.executable, "-c", ASK, str(tmp_path)], tmp_path, path=plugin)
    assert json.loads(said) == [
        "screenpop-vcard 1.0.0",
        True,
        [{"key": "7", "name": "Ada", "number": "020 7946 0958"}],
    ]


def test_its_own_test_passes_against_the_installed_package(plugin: Path) -> None:
    source = plugin.parent / "source"
    said = run([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"],
               source, path=plugin)  # fmt: skip
    assert " passed" in said


def test_it_fits_on_one_screen() -> None:
    lines = (EXAMPLE / "screenpop_vcard.py").read_text().splitlines()
    body = lines[next(n for n, x in enumerate(lines) if x.startswith("class Vcard")) :]
    assert len([line for line in body if line.strip()]) < 60


def test_it_uses_the_public_door_only() -> None:
    lines = (EXAMPLE / "screenpop_vcard.py").read_text().splitlines()
    modules = [x.split()[1] for x in lines if x.startswith("from screenpop")]
    assert modules == ["screenpop.connector"]
