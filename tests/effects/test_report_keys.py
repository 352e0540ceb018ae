"""Keys under `reports`: what is sent, when, to whom."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from key_effects import shows_effect_of
from reports_due import calls_of, clock_at, files_in, mail_of, reporting
from smtp_server import mail_server

FOLDER = {"to_folder": "out"}
EVERY_HOUR = timedelta(hours=1)


async def sent(
    folder: Path, begin: str, end: str, report: dict[str, Any], *queues: str
) -> list[str]:
    """The names of the files between two times in Berlin."""
    async with reporting(folder, clock_at(begin), {**FOLDER, **report}) as it:
        if queues:
            await it.history(*calls_of("2026-11-20", *queues))
        await it.look_until(end, EVERY_HOUR)
        return it.files


async def rows_of(
    folder: Path, report: dict[str, Any], *queues: str
) -> list[dict[str, str]]:
    """Of 2026-11-20, when there were calls."""
    (name,) = await sent(
        folder, "2026-11-21T06:00", "2026-11-21T08:00", report, *queues
    )
    written = (folder / "out" / name).read_text()
    return list(csv.DictReader(io.StringIO(written)))


@shows_effect_of("reports.NAME.at")
@pytest.mark.parametrize(("at", "is_sent"), [("06:45", True), ("09:15", False)])
async def test_a_report_is_sent_at_its_time(
    tmp_path: Path, at: str, is_sent: bool
) -> None:
    files = await sent(tmp_path, "2026-11-21T06:00", "2026-11-21T09:00", {"at": at})
    assert bool(files) is is_sent


@shows_effect_of("reports.NAME.days", "reports.NAME.range")
@pytest.mark.parametrize(
    ("report", "files"),
    [
        ({"days": ["mon", "wed"]}, ["daily-2026-11-22", "daily-2026-11-24",
                                    "daily-2026-11-29", "daily-2026-12-01"]),
        ({"range": "last_week"}, ["daily-2026-11-16", "daily-2026-11-23"]),
        ({"range": "last_month"}, ["daily-2026-11-01"]),
    ],
)  # fmt: skip
async def test_a_report_is_of_its_range_on_its_days(
    tmp_path: Path, report: dict[str, Any], files: list[str]
) -> None:
    """From a Saturday to the Thursday of the week after next."""
    found = await sent(tmp_path, "2026-11-21T12:00", "2026-12-03T12:00", report)
    assert found == [f"{name}.csv" for name in files]


@shows_effect_of("reports.NAME.late_h")
@pytest.mark.parametrize(("late_h", "is_sent"), [(5, False), (6, True)])
async def test_a_report_is_made_up_for_in_time(
    tmp_path: Path, late_h: float, is_sent: bool
) -> None:
    clock = clock_at("2026-11-21T06:00")
    report = {**FOLDER, "late_h": late_h}
    async with reporting(tmp_path, clock, report):
        pass
    clock.advance(6 * 3600)  # 12:00; it was due at 6:30
    async with reporting(tmp_path, clock, report) as it:
        assert bool(it.files) is is_sent


@shows_effect_of("reports.NAME.what.figures")
@pytest.mark.parametrize("figures", [[], ["answered", "offered"]])
async def test_a_report_has_its_figures_in_their_order(
    tmp_path: Path, figures: list[str]
) -> None:
    row, *_ = await rows_of(tmp_path, {"what": {"figures": figures}}, "sales")
    assert row["offered"] == "4"
    assert list(row)[4:] == figures or len(row) > 30


@shows_effect_of(
    "reports.NAME.what.by", "reports.NAME.what.group", "reports.NAME.what.queues"
)
@pytest.mark.parametrize(
    ("what", "count", "offered"),
    [
        ({}, 2, 8),
        ({"by": "60m"}, 48, 8),
        ({"group": None}, 1, 8),
        ({"queues": ["sales"]}, 1, 4),
        ({"by": "60m", "group": "line"}, 24, 8),
    ],
)
async def test_a_report_has_a_row_for_each_interval_and_group(
    tmp_path: Path, what: dict[str, Any], count: int, offered: int
) -> None:
    rows = await rows_of(tmp_path, {"what": what}, "sales", "support")
    assert len(rows) == count
    assert sum(int(row["offered"]) for row in rows) == offered


@shows_effect_of("reports.NAME.format", "reports.NAME.to_folder")
@pytest.mark.parametrize(
    ("form", "begins"), [("csv", b"start,"), ("parquet", b"PAR1"), ("html", b"<!doc")]
)
async def test_a_file_has_its_format(tmp_path: Path, form: str, begins: bytes) -> None:
    report = {"format": form, "to_folder": "reports/of/calls"}
    clock = clock_at("2026-11-21T06:00")
    async with reporting(tmp_path, clock, report) as it:
        clock.advance(1800)
        await it.look()
    folder = tmp_path / "reports" / "of" / "calls"
    assert files_in(folder) == [f"daily-2026-11-20.{form}"]
    written = (folder / f"daily-2026-11-20.{form}").read_bytes()
    assert written.startswith(begins)


@shows_effect_of("reports.NAME.keep")
@pytest.mark.parametrize(("keep", "count"), [(2, 2), (90, 5)])
async def test_old_files_go(tmp_path: Path, keep: int, count: int) -> None:
    files = await sent(tmp_path, "2026-11-21T12:00", "2026-11-26T12:00", {"keep": keep})
    assert len(files) == count
    assert files[-1] == "daily-2026-11-25.csv"


@shows_effect_of("reports.NAME.to", "reports.NAME.label")
@pytest.mark.parametrize(
    ("label", "subject"), [("", "daily: Fri 2026-11-20"),
                           ("Calls of {sales}", "Calls of {sales}: Fri 2026-11-20")],
)  # fmt: skip
async def test_a_report_is_sent_by_mail(
    tmp_path: Path, label: str, subject: str
) -> None:
    to = ["sue@example.com", "tom@example.com"]
    clock = clock_at("2026-11-21T06:00")
    async with (
        mail_server() as mail,
        reporting(
            tmp_path, clock, {"to": to, "label": label}, mail=mail_of(mail.port)
        ) as it,
    ):
        await it.history(*calls_of("2026-11-20", "sales"))
        clock.advance(1800)
        await it.look()
        assert it.counted("email", "sent") == 1
    (message,) = mail.messages
    assert (message["To"], message["Subject"]) == (", ".join(to), subject)
    body = message.get_body(("plain",))
    assert body is not None
    assert "Average speed of answer" in body.get_content()
    (attached,) = message.iter_attachments()
    assert attached.get_filename() == "daily-2026-11-20.csv"
    assert "sales" in attached.get_content()
