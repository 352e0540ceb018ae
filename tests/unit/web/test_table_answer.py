from __future__ import annotations

import csv
import io
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace
from pyarrow import parquet
from unit.history.test_counted import visited, write

from screenpop.config.model import Server
from screenpop.domain.call import Call
from screenpop.history.archive import Archive
from screenpop.history.counted import INTERVAL_US
from screenpop.history.engine import Database, sqlite_url
from screenpop.history.migrate import upgrade
from screenpop.history.past_counts import PastCounts

DAY = "from=2026-11-20&to=2026-11-21"
NIGHT = "from=2026-10-25&to=2026-10-26"
TYPE = "application/vnd.apache.parquet"
CSV, PARQUET = {"Accept": "text/csv"}, {"Accept": TYPE}


def cells(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))


async def test_intervals_are_rows_of_a_csv_file(house: Any) -> None:
    await house.sign_in("sue")
    path = f"/v1/stats?{DAY}&by=60m&group=queue"
    answer = await house.ask("GET", path, headers=CSV)
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    names, *rows = cells(answer.body.decode())
    assert names[:5] == ["start", "end", "queue", "queue_label", "offered"]
    assert len(rows) == 24
    assert rows[0][:6] == [
        "2026-11-20T00:00:00+00:00", "2026-11-20T01:00:00+00:00", "sales", "sales",
        "4", "2",
    ]  # fmt: skip
    place = names.index("average_speed_of_answer_s")
    assert (rows[0][place], rows[1][place]) == ("4.0", "")
    as_json = (await house.ask("GET", path)).json
    assert [row["values"]["offered"] for row in as_json["rows"]] == [
        int(row[4]) for row in rows
    ]


async def test_a_file_for_people_has_labels_before_the_names(open_house: Any) -> None:
    labels = {"queue": {"sales": "Sales team"}}
    house = await open_house(labels=labels)
    await house.sign_in("sue")
    path = f"/v1/stats?{DAY}&by=day&group=queue"
    accepted = {"Accept": "text/csv; headings=labels"}
    names, *rows = cells((await house.ask("GET", path, headers=accepted)).body.decode())
    assert names[:4] == ["start", "end", "queue", "queue_label"]
    assert "Average speed of answer (average_speed_of_answer_s)" in names
    assert [row[3] for row in rows if row[2] == "sales"] == ["Sales team"]


async def test_the_calls_of_a_number_are_rows_too(house: Any) -> None:
    await house.sign_in("sue")
    path = f"/v1/stats/calls?number=abandoned&{DAY}&limit=1"
    answer = await house.ask("GET", path, headers=CSV)
    names, row = cells(answer.body.decode())
    found = dict(zip(names, row, strict=True))
    assert (found["call_id"], found["abandoned"]) == ("c-1", "1")
    assert found["why"] == "Counts in sales as abandoned."
    assert answer.headers["X-Next-Before"]


@pytest.mark.parametrize("accept", [CSV, PARQUET])
async def test_what_is_now_is_json_alone(house: Any, accept: dict[str, str]) -> None:
    await house.sign_in("sue")
    assert (await house.ask("GET", "/v1/stats", headers=accept)).json["queues"] == []


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("text/csv, application/vnd.apache.parquet", "text/csv"),
        ("application/vnd.apache.parquet;q=1, text/csv", TYPE),
        ("application/json, application/vnd.apache.parquet", "application/json"),
        ("*/*", "application/json"),
    ],
)
async def test_the_first_of_several_types_is_sent(
    house: Any, accept: str, kind: str
) -> None:
    await house.sign_in("sue")
    answer = await house.ask("GET", f"/v1/stats?{DAY}", headers={"Accept": accept})
    assert answer.headers["Content-Type"].partition(";")[0] == kind


async def test_without_pyarrow_the_answer_says_what_to_install(
    house: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    await house.sign_in("sue")
    refused = await house.ask("GET", f"/v1/stats?{DAY}", headers=PARQUET)
    assert (refused.status, refused.json["error"]["code"]) == (406, "no_parquet")
    assert "pip install 'screenpop[parquet]'" in refused.json["error"]["remedy"]
    assert (await house.ask("GET", f"/v1/stats?{DAY}", headers=CSV)).status == 200


async def test_each_list_is_the_same_in_json_csv_and_parquet(
    open_house: Any, tmp_path: Path
) -> None:
    """On the day with 25 hours, with Arabic names, gaps and shares of nothing."""
    database = Database(sqlite_url(tmp_path / "store.sqlite"))
    await database.open()
    await upgrade(database)
    try:
        zone = ZoneInfo("Europe/Berlin")
        await write(Archive(database, zone=zone), 1, *night_calls())
        counts = PastCounts(database, zone)
        house = await open_house(
            counts=counts, server=Server(port=0, time_zone=zone.key)
        )
        await house.sign_in("sue")
        for path, rows_in, size in (
            (f"/v1/stats?{NIGHT}&by=60m&group=queue", "rows", 50),
            (f"/v1/stats?{NIGHT}&by=day", "rows", 1),
            (f"/v1/stats/places?{NIGHT}&group=queue", "rows", 2),
            (f"/v1/stats/hours?{NIGHT}&number=abandon_rate", "cells", 24),
            (f"/v1/stats/calls?{NIGHT}&number=offered&number=answered", "calls", 40),
        ):
            as_json = (await house.ask("GET", path)).json
            of_json = [
                {**row, **row.get("values", {}), **row.get("counts", {})}
                for row in as_json[rows_in]
            ]
            names, *lines = cells(
                (await house.ask("GET", path, headers=CSV)).body.decode()
            )
            of_csv = [dict(zip(names, line, strict=True)) for line in lines]
            answer = await house.ask("GET", path, headers=PARQUET)
            assert answer.headers["Content-Type"] == TYPE
            found = parquet.read_table(io.BytesIO(answer.body))
            assert found.column_names == names
            of_parquet = found.to_pylist()
            assert len(of_json) == len(of_csv) == len(of_parquet) == size
            for in_json, in_csv, in_parquet in zip(
                of_json, of_csv, of_parquet, strict=True
            ):
                for name in names:
                    value = in_json.get(name)
                    same(value, in_csv[name], in_parquet[name])
            if "total" in as_json:
                sums = {"offered": 40, "answered": 20, "abandoned": 20}
                for name, amount in sums.items():
                    assert sum(row[name] for row in of_parquet) == amount
                    assert as_json["total"][name] == amount
    finally:
        await database.close()


def night_calls() -> list[Call]:
    """One every 15 minutes of the night of 2026-10-25, when 02:00 comes twice."""
    begin_us = 1_792_879_200_000_000  # 2026-10-24T22:00Z, midnight in Berlin
    calls = []
    for n in range(40):
        left = "answered" if n % 4 < 2 else "abandoned"
        call = visited(n, begin_us + n * INTERVAL_US, left, 30 + n)
        (visit,) = call.visits
        queue = ("مبيعات", "الدعم الفني")[n % 2]
        calls.append(replace(call, queue=queue, visits=(replace(visit, queue=queue),)))
    return calls


def same(in_json: Any, in_csv: str, in_parquet: Any) -> None:
    """One value, three ways; None is not 0."""
    if in_json is None:
        assert (in_csv, in_parquet) == ("", None)
    elif isinstance(in_parquet, datetime):
        assert in_parquet.utcoffset() == timedelta(0)
        assert datetime.fromisoformat(in_json) == in_parquet
        assert in_csv == in_json
    elif isinstance(in_parquet, str):
        assert in_csv == in_parquet == in_json
    else:
        assert in_parquet == in_json == float(in_csv)
