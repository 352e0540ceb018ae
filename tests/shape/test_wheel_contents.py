"""What people get when they install it."""

from __future__ import annotations

import os
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """Built by hatchling itself: no network, no other process."""
    from hatchling.builders.wheel import WheelBuilder

    folder = tmp_path_factory.mktemp("dist")
    [path] = WheelBuilder(os.fspath(ROOT)).build(
        directory=os.fspath(folder), versions=["standard"]
    )
    return zipfile.ZipFile(path)


def test_its_top_level_is_the_service_and_its_connectors(
    wheel: zipfile.ZipFile,
) -> None:
    top = {name.partition("/")[0] for name in wheel.namelist()}
    packages = {name for name in top if not name.endswith(".dist-info")}
    assert packages == {"screenpop", "screenpop_connectors"}


def test_every_module_is_in_it(wheel: zipfile.ZipFile) -> None:
    inside = set(wheel.namelist())
    for folder, base in (
        ("screenpop", ROOT),
        ("screenpop_connectors", ROOT / "connectors"),
    ):
        for file in (base / folder).rglob("*"):
            kept = file.suffix in {".py", ".yaml", ".typed", ".tsv"}
            if kept and "__pycache__" not in file.parts:
                assert file.relative_to(base).as_posix() in inside


def test_it_has_no_tests_and_no_leftovers(wheel: zipfile.ZipFile) -> None:
    bad = [n for n in wheel.namelist() if "__pycache__" in n or "/tests/" in n]
    assert bad == []


def test_its_licence_and_entry_points_are_there(wheel: zipfile.ZipFile) -> None:
    [info] = [n for n in wheel.namelist() if n.endswith("entry_points.txt")]
    text = wheel.read(info).decode()
    assert "screenpop = screenpop.cli:main" in text
    assert "csv_file = screenpop_connectors.csv_file:CsvFileConnector" in text
    assert any(name.endswith("/LICENSE") for name in wheel.namelist())


@pytest.mark.slow
def test_the_source_distribution_can_be_built(tmp_path: Path) -> None:
    from hatchling.builders.sdist import SdistBuilder

    [path] = SdistBuilder(os.fspath(ROOT)).build(directory=os.fspath(tmp_path))
    with tarfile.open(path) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"pyproject.toml", "LICENSE", "screenpop/__init__.py"} <= names
    assert not [n for n in names if "node_modules" in n or n.startswith(".git/")]
