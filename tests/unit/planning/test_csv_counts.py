from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from screenpop.domain.errors import BadInput
from screenpop.planning.counts import CallCounts
from screenpop.planning.csv_counts import read_csv_counts


def read(tmp_path: Path, text: str | bytes) -> CallCounts:
    file = tmp_path / "calls.csv"
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_csv_counts(file)


@pytest.mark.parametrize(
    "text",
    [
        "start_local,calls\n2025-01-06T08:00,7\n2025-01-06T08:30,8\n",
        "\ufeffqueue;calls;start_local\r\na;7;2025-01-06 08:00:00\r\n\r\n"
        "a;8;2025-01-06 08:30:00\r\n",
        'start_local\tcalls\n"2025-01-06T08:00-05:00"\t7.0\n2025-01-06T08:30-05:00\t8',
    ],
)
def test_usual_files_are_read(tmp_path: Path, text: str) -> None:
    counts = read(tmp_path, text)
    assert (counts.first, counts.step_min) == (date(2025, 1, 6), 30)
    assert counts.rows[0, 16:18].tolist() == [7, 8]


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("", ":1: ", "no column start_local, found: none"),
        ("start,calls\n", ":1: ", "no column start_local, found: start, calls"),
        ("start_local,calls\n", ": ", "no rows"),
        ("start_local,calls\nmonday,3\n", ":2: ", "'monday' is not a time"),
        ("start_local,calls\n2025-01-06T08:00,-3\n", ":2: ", "is '-3'"),
        ("start_local,calls\n2025-01-06T08:00,nan\n", ":2: ", "is 'nan'"),
        ("start_local,calls\n2025-01-06T08:00Z,3\n", ":2: ", "is UTC"),
        ("calls,start_local\n3,2025-01-06T08:00\n3\n", ":3: ", "has 1 columns"),
    ],
)
def test_an_error_names_file_line_cause_and_remedy(
    tmp_path: Path, text: str, place: str, said: str
) -> None:
    with pytest.raises(BadInput) as refused:
        read(tmp_path, text)
    assert str(refused.value).startswith(f"{tmp_path / 'calls.csv'}{place}")
    assert said in str(refused.value)
    assert refused.value.remedy


def test_what_is_not_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="not text in UTF-8"):
        read(tmp_path, b"start_local,calls\n\xff\xfe")
    with pytest.raises(BadInput, match="cannot read"):
        read_csv_counts(tmp_path / "none.csv")
