"""Are the numbers of a report those of `GET /v1/stats`, and is it readable and safe?"""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from call_centre import open_call_centre
from pyarrow import parquet
from reports_due import SERVER, calls_of, clock_at, reporting
from unit.history.test_counted import write

from screenpop.history.archive import Archive
from screenpop.node.report_content import MadeReport, file_bytes, page, shown, text

DAY = date(2026, 11, 29)
ARABIC = "مبيعات"
BAD = '<script src="//x">&'
FOLDER = {"to_folder": "out"}


def csv_of(made: MadeReport) -> list[list[str]]:
    return list(csv.reader(io.StringIO(file_bytes(made, "csv").decode())))


async def made_of(
    folder: Path, report: dict[str, Any], *queues: str, **config: Any
) -> MadeReport:
    clock = clock_at("2026-11-29T12:00")
    async with reporting(folder, clock, {**FOLDER, **report}, **config) as it:
        await it.history(*calls_of("2026-11-28", *queues))
        return await it.service.reporting.maker.make("daily", DAY)


class _Texts(HTMLParser):
    def __init__(self, written: str):
        super().__init__()
        self.tags: set[str] = set()
        self.texts: list[str] = []
        self.feed(written)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.add(tag)

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


async def test_the_file_is_the_answer_of_stats(tmp_path: Path) -> None:
    """Byte for byte in CSV, row for row in Parquet, sum for sum in the message."""
    what = {"by": "60m", "group": "queue"}
    report = {"daily": {**FOLDER, "what": what}}
    async with open_call_centre(tmp_path, server=SERVER, reports=report) as centre:
        archive = Archive(centre.service.past.database)
        calls = calls_of("2026-11-28", "sales", ARABIC)
        offset = centre.service.archiver.offset
        await write(archive, offset + 1, *calls)
        made = await centre.service.reporting.maker.make("daily", DAY)
        url = f"{centre.url}/v1/stats?from=2026-11-28&to=2026-11-29&by=60m&group=queue"
        cookie = {"Cookie": await centre.cookie_of("sue")}
        async with centre.http.get(
            url, headers={**cookie, "Accept": "text/csv"}
        ) as answer:
            as_csv = await answer.read()
        async with centre.http.get(url, headers=cookie) as answer:
            as_json = await answer.json()
    assert file_bytes(made, "csv") == as_csv
    rows = parquet.read_table(io.BytesIO(file_bytes(made, "parquet"))).to_pylist()
    assert len(rows) == 48
    for name in ("offered", "answered", "abandoned"):
        assert sum(row[name] for row in rows) == as_json["total"][name]
    assert made.lines[0].values == as_json["total"]
    assert as_json["total"]["offered"] == 8


async def test_the_message_has_the_numbers_people_ask_for(tmp_path: Path) -> None:
    queues = {"sales": {"label": "Sales desk"}}
    made = await made_of(
        tmp_path, {"label": "Calls"}, "sales", "support", queues=queues
    )
    said = text(made).splitlines()
    assert said[0] == "Calls: Sat 2026-11-28"
    assert said[2].split("  ")[-1] == "Average handle time"
    cells = [line.split() for line in said[3:6]]
    assert [line[0] for line in cells] == ["All", "Sales", "support"]
    assert cells[0][1:4] == ["8", "6", "2"]
    assert cells[2][1:4] == ["4", "3", "1"]
    assert "late_abandons" in text(made)
    assert "Target <= 20 s" in text(made)
    assert _Texts(page(made)).tags.isdisjoint({"script", "img", "link", "a"})


async def test_names_in_the_page_are_text(tmp_path: Path) -> None:
    made = await made_of(tmp_path, {"format": "html"}, BAD, ARABIC)
    found = _Texts(file_bytes(made, "html").decode())
    assert "script" not in found.tags
    assert found.texts.count(BAD) == 2  # in the short table, and in its row
    assert found.texts.count(ARABIC) == 2


async def test_many_groups_are_cut_in_the_message_alone(tmp_path: Path) -> None:
    made = await made_of(tmp_path, {}, *(f"q{n:02}" for n in range(33)))
    assert "3 more lines are in the file." in text(made)
    assert "q32" not in text(made)
    assert len(csv_of(made)) == 34


@pytest.mark.parametrize(
    ("privacy", "is_shown"),
    [({}, False), ({"group_min": 1, "agent_figures_for": "supervisor"}, True)],
)
async def test_handle_times_of_few_agents_and_names_are_not_in_it(
    tmp_path: Path, privacy: dict[str, Any], is_shown: bool
) -> None:
    made = await made_of(tmp_path, {}, "sales", privacy=privacy)
    names, row = csv_of(made)
    found = dict(zip(names, row, strict=True))
    assert (found["average_handle_time_s"] != "") is is_shown
    whole = json.dumps([text(made), page(made, with_rows=True), names, row])
    assert "1001" not in whole  # the agent
    assert "442079460" not in whole  # caller and dialled number


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (None, "ratio", "–"), (0.8125, "ratio", "81.2%"), (0.0, "ratio", "0.0%"),
        (59.4, "seconds", "59 s"), (59.6, "seconds", "1:00 min"),
        (3725, "seconds", "62:05 min"), (0, "calls", "0"), (1_234_567, "calls",
        "1234567"), (123_456, "calls", "123456"),
    ],
)  # fmt: skip
def test_a_value_reads_like_its_unit(
    value: float | None, unit: str, words: str
) -> None:
    assert shown(value, unit) == words


async def test_a_day_without_calls_is_a_report_of_nothing(tmp_path: Path) -> None:
    made = await made_of(tmp_path, {})
    assert [line.label for line in made.lines] == ["All"]
    assert text(made).splitlines()[3].split()[:5] == ["All", "0", "0", "0", "–"]
