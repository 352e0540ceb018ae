from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from screenpop.web.csv_answer import answered_csv

DAY = "from=2026-11-20&to=2026-11-21"
CSV = {"Accept": "text/csv"}


def cells(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (None, ""), (0.5, "0.5"), (-3, "-3"), ("a,b", "a,b"), ('say "hi"', 'say "hi"'),
        ("=1+1", "'=1+1"), ("@SUM(A1)", "'@SUM(A1)"), ("-2+3", "'-2+3"),
        ("+442079460100", "+442079460100"), ("\ud800", "?"),
    ],
)  # fmt: skip
def test_a_cell_is_what_it_was_and_never_a_formula(value: object, cell: str) -> None:
    answer = answered_csv(["a"], [{"a": value}], "x.csv")
    assert isinstance(answer.body, bytes)
    assert cells(answer.body.decode()) in ([["a"], [cell]], [["a"], []])


async def test_intervals_are_rows_of_a_csv_file(house: Any) -> None:
    await house.sign_in("sue")
    path = f"/v1/stats?{DAY}&by=60m&group=queue"
    answer = await house.ask("GET", path, headers=CSV)
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    names, *rows = cells(answer.body.decode())
    assert names[:5] == ["start", "end", "queue", "offered", "answered"]
    assert len(rows) == 24
    assert rows[0][:5] == [
        "2026-11-20T00:00:00+00:00", "2026-11-20T01:00:00+00:00", "sales", "4", "2",
    ]  # fmt: skip
    place = names.index("average_speed_of_answer_s")
    assert (rows[0][place], rows[1][place]) == ("4.0", "")
    as_json = (await house.ask("GET", path)).json
    assert [row["values"]["offered"] for row in as_json["rows"]] == [
        int(row[3]) for row in rows
    ]


async def test_the_calls_of_a_number_are_rows_too(house: Any) -> None:
    await house.sign_in("sue")
    path = f"/v1/stats/calls?number=abandoned&{DAY}&limit=1"
    answer = await house.ask("GET", path, headers=CSV)
    names, row = cells(answer.body.decode())
    found = dict(zip(names, row, strict=True))
    assert (found["call_id"], found["abandoned"]) == ("c-1", "1")
    assert found["why"] == "Counts in sales as abandoned."
    assert answer.headers["X-Next-Before"]


async def test_what_is_now_is_json_alone(house: Any) -> None:
    await house.sign_in("sue")
    assert (await house.ask("GET", "/v1/stats", headers=CSV)).json["queues"] == []
