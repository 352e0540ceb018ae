"""Folders that the service could not write to are found before it starts."""

from __future__ import annotations

from pathlib import Path

import pytest
from key_effects import loaded

from screenpop.config.check import check
from screenpop.config.folders import folder_problems
from screenpop.domain.errors import ConfigError

KEY = ("server", "data_dir")


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("taken/inside", "taken is not a folder"),
        ("/proc/none/here", "cannot be"),
        ("x" * 300, "name too long"),
    ],
)
def test_a_folder_that_cannot_be_made_is_named(
    tmp_path: Path, name: str, says: str
) -> None:
    (tmp_path / "taken").write_text("a file")
    (problem,) = folder_problems(loaded(tmp_path), KEY, Path(name))
    assert says in problem.sentence
    assert problem.remedy
    with pytest.raises(ConfigError, match=r"server\.data_dir"):
        loaded(tmp_path, server={"port": 0, "data_dir": name})


def test_a_folder_of_reports_keeps_no_service_from_running(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    reports = {"daily": {"to_folder": "taken"}}
    (problem,) = check(loaded(tmp_path, reports=reports))
    assert (problem.key, problem.stops) == ("reports.daily.to_folder", False)


def test_what_was_tried_is_taken_back(tmp_path: Path) -> None:
    assert list(folder_problems(loaded(tmp_path), KEY, Path("a/b/c"))) == []
    assert [path.name for path in tmp_path.iterdir()] == ["screenpop.yaml"]
