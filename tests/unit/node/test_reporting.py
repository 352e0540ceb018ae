"""Is each report sent once: over restarts, outages, nodes, and where clocks change?"""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from reports_due import calls_of, clock_at, mail_of, reporting, us
from smtp_server import mail_server
from virtual_time import LoopClock, run

from screenpop.domain.errors import Unavailable
from screenpop.history.report_runs import ReportRuns
from screenpop.node.report_content import MadeReport
from screenpop.node.report_sending import ReportSender
from screenpop.node.reporting import LOOK_EVERY_S, PAUSES_S, Reporting

TO = ["sue@example.com"]
FOLDER = {"to_folder": "out"}
HALF_HOUR = timedelta(minutes=30)


@pytest.mark.parametrize(
    ("begin", "end", "days"),
    [("2026-03-27T12:00", "2026-03-31T12:00", 4),  # 02:30 is skipped on the 29th
     ("2026-10-23T12:00", "2026-10-27T12:00", 4)],  # and comes twice on the 25th
)  # fmt: skip
async def test_a_report_is_sent_once_a_day_where_clocks_change(
    tmp_path: Path, begin: str, end: str, days: int
) -> None:
    clock = clock_at(begin)
    async with mail_server() as mail:
        report = {"at": "02:30", "to": TO, **FOLDER}
        keys = {"mail": mail_of(mail.port)}
        while clock.now_us() <= us(end):  # with a restart every eight hours
            async with reporting(tmp_path, clock, report, **keys) as it:
                for _ in range(48):
                    await it.look()
                    clock.advance(600)
                files = it.files
    assert len(files) == len(mail.messages) == days
    titles = Counter(message["Subject"] for message in mail.messages)
    assert set(titles.values()) == {1}
    ids = {message["Message-ID"] for message in mail.messages}
    assert len(ids) == days


async def test_two_nodes_that_both_think_it_is_their_turn_send_once(
    tmp_path: Path,
) -> None:
    clock = clock_at("2026-11-21T06:00")
    async with (
        mail_server() as mail,
        reporting(tmp_path, clock, {"to": TO}, mail=mail_of(mail.port)) as it,
    ):
        one = it.service.reporting
        known: dict[str, Any] = {
            name: getattr(one, name)
            for name in (
                "reports", "maker", "runs", "sender", "journal", "archiver", "lease",
                "clock", "counts",
            )
        }  # fmt: skip
        nodes = [Reporting(**known) for _ in range(4)]
        clock.advance(3600)
        for _ in range(3):
            await asyncio.gather(*(node.look() for node in nodes))
            clock.advance(PAUSES_S[0])
    assert len(mail.messages) == 1


async def test_what_was_missed_is_made_up_for_within_its_window(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    report = {**FOLDER, "late_h": 30}
    clock = clock_at("2026-11-21T12:00")
    async with reporting(tmp_path, clock, report):
        pass
    clock.advance(4 * 86_400)  # until the 25th, 12:00
    async with reporting(tmp_path, clock, report) as it:
        assert it.files == ["daily-2026-11-23.csv", "daily-2026-11-24.csv"]
        await it.look_until("2026-11-25T18:00", HALF_HOUR)
        assert it.counted("folder", "sent") == 2
    assert "was due 2 times, last on 2026-11-23" in caplog.text


async def test_a_new_report_makes_up_for_nothing(tmp_path: Path) -> None:
    clock = clock_at("2026-11-21T12:00")
    report = {**FOLDER, "late_h": 200}
    async with reporting(tmp_path, clock, report) as it:
        await it.look_until("2026-11-22T06:29", HALF_HOUR)
        assert it.files == []
        await it.look_until("2026-11-22T07:00", HALF_HOUR)
        assert it.files == ["daily-2026-11-21.csv"]


async def test_a_failure_is_tried_again_and_then_ends(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The file is written once, the e-mail tried five times; then it is shown."""
    clock = clock_at("2026-11-21T06:00")
    async with mail_server() as mail:
        mail.refuses = True
        report, keys = {"to": TO, **FOLDER}, {"mail": mail_of(mail.port)}
        async with reporting(tmp_path, clock, report, **keys) as it:
            clock.advance(1800)
            await it.look()
            assert mail.asked == 1
            assert it.troubles == [
                "report daily, due on 2026-11-21, is not sent yet, by email: the mail"
                " server answered 421. Check `mail`."
            ]
            assert it.files == ["daily-2026-11-20.csv"]
            written = (tmp_path / "out" / it.files[0]).stat().st_mtime_ns
            clock.advance(PAUSES_S[0] - 1)
            await it.look()
            assert mail.asked == 1
        async with reporting(tmp_path, clock, report, **keys) as it:  # a restart
            await it.look_until("2026-11-21T23:00", timedelta(minutes=1))
            assert mail.asked == 1 + len(PAUSES_S)
            assert it.counted("email", "failed") == 1
            assert it.counted("email", "retried") == len(PAUSES_S) - 1
            assert it.counted("folder", "sent") == 0
            problems = [p.message for p in await it.service.problems()]
            assert "report daily, due on 2026-11-21, was not sent: by email: the" in (
                "".join(problems)
            )
            assert (tmp_path / "out" / it.files[0]).stat().st_mtime_ns == written
            mail.refuses = False
            await it.look_until("2026-11-22T07:00", HALF_HOUR)
            assert len(mail.messages) == 1
            assert it.troubles == []
    assert "was not sent: by email: the mail server answered 421" in caplog.text
    assert TO[0] not in caplog.text


async def test_a_try_that_works_later_is_the_same_message(tmp_path: Path) -> None:
    clock = clock_at("2026-11-21T06:00")
    async with mail_server() as mail:
        mail.refuses = True
        async with reporting(
            tmp_path, clock, {"to": TO}, mail=mail_of(mail.port)
        ) as it:
            clock.advance(1800)
            await it.look()
            (run,) = (
                await it.service.reporting.runs.known("daily", date(2026, 11, 21))
            ).values()
            mail.refuses = False
            clock.advance(PAUSES_S[0])
            await it.look()
            assert it.troubles == []
    (message,) = mail.messages
    assert message["Message-ID"] == f"<{run.mail_id}@example.com>"


async def test_a_report_that_is_too_late_is_given_up(tmp_path: Path) -> None:
    clock = clock_at("2026-11-21T06:00")
    async with mail_server() as mail:
        mail.refuses = True
        report = {"to": TO, "late_h": 0.05}
        async with reporting(tmp_path, clock, report, mail=mail_of(mail.port)) as it:
            await it.look_until("2026-11-21T07:00", timedelta(minutes=1))
            assert mail.asked == 2
            assert it.counted("email", "failed") == 1
            assert "it is too late now" in it.troubles[0]


async def test_what_was_sent_is_not_sent_again_when_the_store_is_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = clock_at("2026-11-21T06:00")
    async with (
        mail_server() as mail,
        reporting(tmp_path, clock, {"to": TO}, mail=mail_of(mail.port)) as it,
    ):
        settle = it.service.reporting.runs.settle

        async def away(*_: Any) -> None:
            raise Unavailable("no store.")

        monkeypatch.setattr(it.service.reporting.runs, "settle", away)
        clock.advance(1800)
        for _ in range(5):
            await it.look()
            clock.advance(PAUSES_S[0])
        assert len(mail.messages) == 1
        monkeypatch.setattr(it.service.reporting.runs, "settle", settle)
        await it.look_until("2026-11-21T12:00", HALF_HOUR)
        assert len(mail.messages) == 1
        runs = await it.service.reporting.runs.known("daily", date(2026, 11, 21))
        assert [x.outcome for x in runs.values()] == ["sent"]


async def test_a_report_waits_until_its_calls_are_in_the_history(
    tmp_path: Path,
) -> None:
    clock = clock_at("2026-11-21T06:00")
    async with reporting(tmp_path, clock, FOLDER) as it:
        behind = 3

        class Journal:
            async def bounds(self) -> tuple[int, int]:
                return 1, 10

        class Archiver:
            async def lag(self) -> int:
                return behind

        it.service.reporting.journal = Journal()  # type: ignore[assignment]
        it.service.reporting.archiver = Archiver()  # type: ignore[assignment]
        await it.look_until("2026-11-21T07:00", HALF_HOUR)
        assert it.files == []
        assert it.troubles == [
            "report daily, due on 2026-11-21, waits until the history is written."
        ]
        behind = 0
        await it.look()
        assert (it.files, it.troubles) == (["daily-2026-11-20.csv"], [])


async def test_numbers_that_cannot_be_read_are_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = clock_at("2026-11-21T06:00")
    async with reporting(tmp_path, clock, FOLDER) as it:
        maker = it.service.reporting.maker
        make = maker.make

        async def away(*_: Any) -> MadeReport:
            raise Unavailable("the store does not answer.")

        monkeypatch.setattr(maker, "make", away)
        clock.advance(1800)
        await it.look()
        assert "by folder: the store does not answer" in it.troubles[0]
        monkeypatch.setattr(maker, "make", make)
        clock.advance(PAUSES_S[0])
        await it.look()
        assert (it.files, it.troubles) == (["daily-2026-11-20.csv"], [])


async def test_a_report_with_too_many_rows_is_given_up_at_once(
    tmp_path: Path,
) -> None:
    clock = clock_at("2026-12-01T06:00")
    what = {"by": "15m"}
    report = {**FOLDER, "range": "last_month", "what": what}
    async with reporting(tmp_path, clock, report) as it:
        queues = [f"q{n}" for n in range(8)]
        await it.history(*calls_of("2026-11-10", *queues, answered=1, abandoned=0))
        clock.advance(1800)
        await it.look()
        assert it.files == []
        assert "8 groups in 2880 intervals are more than 20000 rows" in it.troubles[0]
        assert it.counted("folder", "failed") == 1


async def test_a_folder_that_refuses_is_named_with_its_reason(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")
    clock = clock_at("2026-11-21T06:00")
    async with reporting(tmp_path, clock, FOLDER) as it:
        clock.advance(1800)
        await it.look()
        assert (
            f"{tmp_path / 'out' / 'daily-2026-11-20.csv'} cannot be" in (it.troubles[0])
        )


async def test_parquet_without_its_extra_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = clock_at("2026-11-21T06:00")
    async with reporting(tmp_path, clock, {**FOLDER, "format": "parquet"}) as it:
        monkeypatch.setitem(sys.modules, "pyarrow", None)
        clock.advance(1800)
        await it.look()
        assert "pip install 'screenpop[parquet]'" in it.troubles[0]
        assert it.counted("folder", "failed") == 1


async def test_a_process_that_dies_at_each_try_ends_too(tmp_path: Path) -> None:
    clock = clock_at("2026-11-21T06:00")
    async with reporting(tmp_path, clock, FOLDER) as it:
        runs = ReportRuns(it.service.past.database)
        clock.advance(1800)
        sends: list[int] = []

        async def dies(*_: Any, **__: Any) -> None:
            sends.append(clock.now_us())
            raise RuntimeError("a defect")

        it.service.reporting._send = dies  # type: ignore[method-assign]
        for _ in range(200):
            with suppress(RuntimeError):
                await it.look()
            clock.advance(60)
        assert len(sends) == 1 + len(PAUSES_S)
        (run,) = (await runs.known("daily", date(2026, 11, 21))).values()
        assert run.outcome == "failed"
        assert "5 tries failed" in it.troubles[0]


async def test_what_was_sent_before_a_crash_is_not_sent_after_it(
    tmp_path: Path,
) -> None:
    """The file is written; the process dies while it sends the e-mail."""
    clock = clock_at("2026-11-21T06:00")
    async with mail_server() as mail:
        report, keys = {"to": TO, **FOLDER}, {"mail": mail_of(mail.port)}
        async with reporting(tmp_path, clock, report, **keys) as it:
            sender = it.service.reporting.sender

            async def dies(way: str, *_: Any) -> None:
                if way == "email":
                    raise asyncio.CancelledError
                await ReportSender.send(sender, "folder", *_)

            object.__setattr__(sender, "send", dies)
            clock.advance(1800)
            with pytest.raises(asyncio.CancelledError):
                await it.look()
            written = (tmp_path / "out" / it.files[0]).stat().st_mtime_ns
        async with reporting(tmp_path, clock, report, **keys) as it:
            clock.advance(PAUSES_S[0])
            await it.look()
            assert it.counted("folder", "sent") == 0
            assert it.counted("email", "sent") == 1
            assert (tmp_path / "out" / it.files[0]).stat().st_mtime_ns == written
    assert len(mail.messages) == 1


async def test_old_runs_are_forgotten(tmp_path: Path) -> None:
    clock = clock_at("2026-11-21T12:00")
    async with reporting(tmp_path, clock, FOLDER) as it:
        runs = it.service.reporting.runs
        assert await runs.known("daily", date(2026, 1, 1))
        clock.advance(500 * 86_400)
        await it.look()
        known = await runs.known("daily", date(2026, 1, 1))
        assert min(known) > date(2027, 1, 1)


def test_it_looks_by_itself_for_days(tmp_path: Path) -> None:
    """In virtual time: from Saturday noon on, with pauses between the looks."""

    class _OverError(Exception):
        pass

    async def story() -> None:
        clock, looks = LoopClock(), 0

        async def pause(seconds: float) -> None:
            nonlocal looks
            looks += 1
            await asyncio.sleep(seconds)
            if clock.now_us() > us("2026-11-24T13:00"):
                raise _OverError

        async with reporting(tmp_path, clock, FOLDER) as it:  # type: ignore[arg-type]
            it.service.reporting.pause = pause
            with pytest.raises(_OverError):
                await it.service.reporting.run()
            assert it.files == [
                "daily-2026-11-21.csv", "daily-2026-11-22.csv", "daily-2026-11-23.csv",
            ]  # fmt: skip
            assert looks == pytest.approx(3 * 86_400 / LOOK_EVERY_S, rel=0.01)

    run(story())
