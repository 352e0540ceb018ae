"""Do the declared versions and the locked ones fit together?

`aiohttp>=3.12` was declared while only 3.14.5 worked. scripts/test-lowest installs the
lowest versions and runs a part of the tests with them.
"""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
_spec = importlib.util.spec_from_file_location(
    "bounds", Path(__file__).with_name("bounds.py")
)
assert _spec is not None
assert _spec.loader is not None
bounds = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(bounds)
DECLARED: dict[str, tuple[str, str]] = bounds.project()
EXTRAS: dict[str, tuple[str, str]] = bounds.extras()


def locked(file: str = "requirements.lock") -> dict[str, str]:
    found = re.findall(r"^([A-Za-z0-9_.\-]+)==(\S+)", (ROOT / file).read_text(), re.M)
    return {name.lower(): version for name, version in found}


def parts(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version))


def test_every_dependency_has_a_lowest_version() -> None:
    text = (ROOT / "pyproject.toml").read_text()
    listed = text.partition("dependencies = [")[2].partition("\n]")[0]
    assert len(DECLARED) == len(re.findall(r'^    "', listed, re.M)) > 10


@pytest.mark.parametrize("name", sorted(DECLARED))
def test_the_locked_version_is_within_the_bounds(name: str) -> None:
    assert parts(locked()[name]) >= parts(DECLARED[name][1])


@pytest.mark.parametrize("name", sorted(EXTRAS))
def test_an_extra_is_locked_for_the_tests_alone(name: str) -> None:
    assert name not in locked()
    of_tests = locked("requirements-dev.lock") | locked("requirements-ldap.lock")
    assert parts(of_tests[name]) >= parts(EXTRAS[name][1])
