from __future__ import annotations

from pathlib import Path

import pytest

from screenpop.config.document import SECRET_BYTES_MAX, Filled, fill

ENVIRON = {"HOST": "db", "EMPTY": "", "CRM_TOKEN": "t0ken"}


def filled(text: str, folder: Path = Path()) -> Filled:
    return fill(text, ENVIRON, folder)


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("plain", "plain"),
        ("${HOST}", "db"),
        ("http://${HOST}:${PORT:-80}/", "http://db:80/"),
        ("${EMPTY:-instead}", "instead"),
        ("${NONE:-}", ""),
        ("${NONE:-a:-b c}", "a:-b c"),
        ("$${HOST}", "${HOST}"),
        ("costs $5 {HOST}", "costs $5 {HOST}"),
    ],
)
def test_references_are_replaced(text: str, result: str) -> None:
    assert filled(text).text == result
    assert filled(text).problems == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("${NONE}", "needs the environment variable NONE, which is not set"),
        ("${EMPTY}", "needs the environment variable EMPTY, which is empty"),
        ("${a b}", "has `${a b}`, which is not a valid variable name"),
        ("${}", "has `${}`, which is not a valid variable name"),
        ("${file:none.txt}", "cannot read none.txt: No such file or directory"),
    ],
)
def test_what_cannot_be_replaced_is_told(text: str, said: str) -> None:
    assert [sentence for sentence, _ in filled(text).problems] == [said]


def test_every_reference_of_a_text_is_told() -> None:
    assert len(filled("${A} ${B}").problems) == 2


def test_a_variable_whose_name_says_secret_is_one() -> None:
    assert filled("${HOST} ${CRM_TOKEN}").secrets == {"t0ken"}


def test_a_file_gives_its_text_without_the_last_line_end(tmp_path: Path) -> None:
    (tmp_path / "pw").write_text("two words\r\n", newline="")
    found = filled("u:${file:pw}@h", tmp_path)
    assert found.text == "u:two words@h"
    assert found.secrets == {"two words"}


def test_files_that_are_no_secret_are_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").write_text("\n")
    (tmp_path / "huge").write_text("x" * (SECRET_BYTES_MAX + 1))
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    assert "is empty" in filled("${file:empty}", tmp_path).problems[0][0]
    assert "over 65536 bytes" in filled("${file:huge}", tmp_path).problems[0][0]
    assert "not UTF-8" in filled("${file:binary}", tmp_path).problems[0][0]
    assert "directory" in filled("${file:.}", tmp_path).problems[0][0]


def test_a_value_from_outside_is_not_read_for_references_again() -> None:
    assert fill("${A}", {"A": "${B}"}, Path()).text == "${B}"
