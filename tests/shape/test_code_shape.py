"""What linters cannot see: lengths, mirrored tests, layers, no machine's own paths."""

from __future__ import annotations

import ast
import functools
import re
import shutil
import statistics
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = (ROOT / "screenpop", ROOT / "connectors" / "screenpop_connectors")
FILE_LINES_MAX = 440  # "about 400"
FUNCTION_LINES_MAX = 60
FUNCTION_LINES_90 = 30
FUNCTION_LINES_MEDIAN = 12

LONGER_FILES: dict[str, str] = {}
"""Files over the limit, each with its reason."""

LONGER_FUNCTIONS: dict[str, str] = {}
"""`file::function` over the limit, each with its reason."""

TESTED_ELSEWHERE = {
    "screenpop/config/model.py": "tests/unit/config/test_load.py",
    "screenpop/config/prepare.py": "tests/unit/config/test_check.py",
}
"""Modules whose test does not mirror their path: where the tests are instead."""


def sources() -> list[Path]:
    return sorted(
        file
        for package in PACKAGES
        for file in package.rglob("*.py")
        if "versions" not in file.parts  # migrations are written once
    )


def named(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


def functions(file: Path) -> Iterator[tuple[str, int]]:
    """Each function with its lines, without decorators, docstring and blank lines."""
    for node in ast.walk(_tree(file)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.lineno
            if ast.get_docstring(node) is not None and len(node.body) > 1:
                first += (node.body[0].end_lineno or 0) - node.body[0].lineno + 1
            yield node.name, (node.end_lineno or first) - first + 1


def test_no_file_is_too_long_to_read() -> None:
    lines = {named(file): len(file.read_text().splitlines()) for file in sources()}
    long = {name: count for name, count in lines.items() if count > FILE_LINES_MAX}
    assert long.keys() <= LONGER_FILES.keys(), long


def test_functions_are_short() -> None:
    lengths = {
        f"{named(file)}::{name}": lines
        for file in sources()
        for name, lines in functions(file)
    }
    long = {name: n for name, n in lengths.items() if n > FUNCTION_LINES_MAX}
    assert long.keys() <= LONGER_FUNCTIONS.keys(), long
    ordered = sorted(lengths.values())
    assert statistics.median(ordered) <= FUNCTION_LINES_MEDIAN
    assert ordered[int(len(ordered) * 0.9)] <= FUNCTION_LINES_90


def test_exceptions_are_still_needed() -> None:
    for name in LONGER_FILES:
        assert len((ROOT / name).read_text().splitlines()) > FILE_LINES_MAX, name
    for name in LONGER_FUNCTIONS:
        file, _, function = name.partition("::")
        assert dict(functions(ROOT / file))[function] > FUNCTION_LINES_MAX, name


def test_every_module_says_first_which_question_it_answers() -> None:
    silent = [named(f) for f in sources() if not ast.get_docstring(_tree(f))]
    assert silent == []


def test_no_file_is_called_after_nothing() -> None:
    vague = {"utils", "util", "helpers", "helper", "manager", "misc", "common"}
    assert [named(f) for f in sources() if f.stem in vague] == []


def test_every_unit_test_mirrors_a_module() -> None:
    """tests/unit/a/test_b.py tests screenpop/a/b.py (or a package, or a topic in a)."""
    for test in sorted((ROOT / "tests" / "unit").rglob("test_*.py")):
        folder = test.parent.relative_to(ROOT / "tests" / "unit")
        assert any((p / folder).is_dir() for p in PACKAGES), named(test)


@pytest.mark.parametrize("folder", ["config", "support"])
def test_modules_have_a_unit_test_of_their_name(folder: str) -> None:
    tests = ROOT / "tests" / "unit" / folder
    for module in (ROOT / "screenpop" / folder).glob("[a-z]*.py"):
        name = named(module)
        assert (tests / f"test_{module.stem}.py").exists() or (
            name in TESTED_ELSEWHERE and (ROOT / TESTED_ELSEWHERE[name]).exists()
        ), name


def test_imports_go_one_way() -> None:
    command = [
        sys.executable,
        "-c",
        "import sys; from importlinter.cli import lint_imports as check;"
        "sys.exit(check())",
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def tracked() -> list[Path]:
    """The files of the repository as git knows them."""
    git = shutil.which("git")
    if git is None:
        pytest.skip("no git here that could list the files")
    done = subprocess.run(
        [git, "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True
    )
    if done.returncode:
        pytest.skip(f"git does not list the files: {done.stderr.strip()}")
    files = [ROOT / name for name in done.stdout.split("\0") if name]
    return [file for file in files if file.is_file()]


FORBIDDEN = re.compile(
    "|".join(
        [
            r"/work/(?:main|shared)",
            r"/tmp/venv",
            r"/home/[a-z]+/",
            r"/Users/[A-Za-z]+/",
            r"[A-Z]:\\Users\\",
        ]
    )
)


def test_no_file_names_somebodys_machine() -> None:
    here = Path(__file__)
    found = [
        f"{named(file)}: {match[0]}"
        for file in tracked()
        if file != here and (match := FORBIDDEN.search(_text(file))) is not None
    ]
    assert found == []


def test_lock_files_name_no_address_of_a_registry() -> None:
    locks = [*ROOT.glob("*.lock"), ROOT / "agent_ui" / "package-lock.json"]
    assert len(locks) >= 4
    for file in locks:
        addresses = re.findall(
            r"""(?:--\S*(?:index|links)\S*|"resolved"|@ file:).*""", _text(file)
        )
        assert addresses == [], named(file)
        if file.suffix == ".lock":
            assert "://" not in _text(file), named(file)


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except UnicodeDecodeError:
        return ""


@functools.cache
def _tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text())


def test_work_without_an_end_is_supervised() -> None:
    """Endless work goes through `TaskOwner.keep_running`, which starts it again.

    A loop given to `spawn` ends with its first exception and one line in the log.
    """
    service = [f for f in sources() if not {"cli", "demo"} & set(f.parts)]
    endless = {name for file in service for name in endless_functions(_tree(file))}
    assert {"sweep_for_ever", "watch_users"} <= endless  # the test sees them
    found = {
        f"{named(file)}: {name}"
        for file in service
        for name in spawned(_tree(file))
        if name in endless
    }
    assert found <= WATCHED_BY_THEIR_OWN, found - WATCHED_BY_THEIR_OWN


WATCHED_BY_THEIR_OWN = {
    "screenpop/intake/streams/base.py: _emit_for_ever",
    "screenpop/intake/streams/base.py: _listen_for_ever",
    "screenpop/support/tasks.py: supervise",
}
"""Tasks whose end ends the supervised work that started them."""


def endless_functions(tree: ast.Module) -> Iterator[str]:
    """Functions with a `while True` that neither breaks nor returns."""
    for node in ast.walk(tree):
        if isinstance(node, ast.AsyncFunctionDef):
            for loop in ast.walk(node):
                if (
                    isinstance(loop, ast.While)
                    and isinstance(loop.test, ast.Constant)
                    and not any(
                        isinstance(x, ast.Break | ast.Return) for x in ast.walk(loop)
                    )
                ):
                    yield node.name


def spawned(tree: ast.Module) -> Iterator[str]:
    """What is given to `spawn`, by the name of the function."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _name_of(node.func) == "spawn":
            for given in node.args:
                if isinstance(given, ast.Call):
                    yield _name_of(given.func)


def _name_of(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""
