from __future__ import annotations

from pathlib import Path

import pytest

from screenpop.domain.errors import BadInput
from screenpop.history import replayed_calls
from screenpop.history.replayed_calls import listed_calls


def listed(path: Path, text: str) -> list[tuple[str | None, str, str | None]]:
    path.write_text(text)
    return [(x.caller, x.line, x.dialled) for x in listed_calls(path)]


def test_numbers_are_read_by_header_or_as_the_only_column(tmp_path: Path) -> None:
    path = tmp_path / "numbers.csv"
    assert listed(path, "+44 1\n\n+44 2\n") == [
        ("+44 1", "", None),
        ("+44 2", "", None),
    ]
    text = "name;Phone;line;dialled\nAda;020 1;main;+442\nBen;;main;\n"
    assert listed(path, text) == [("020 1", "main", "+442")]
    assert listed(path, "") == []
    with pytest.raises(BadInput, match="has no column number"):
        listed(path, "name,mobile\nAda,1\n")


def test_a_file_that_is_too_long_or_not_text_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "numbers.csv"
    monkeypatch.setattr(replayed_calls, "CALLS_MAX", 2)
    with pytest.raises(BadInput, match="3 rows"):
        listed(path, "1\n2\n3\n")
    path.write_bytes(b"\xff\xfe\x00\xd8")
    with pytest.raises(BadInput, match="not UTF-8"):
        list(listed_calls(path))
    with pytest.raises(BadInput, match="No such file"):
        list(listed_calls(tmp_path / "gone.csv"))
