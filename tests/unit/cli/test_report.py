"""`screenpop report`: printed, sent, or only said what would be sent."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from call_centre import write_config
from reports_due import BERLIN, SERVER, calls_of, files_in, mail_of
from smtp_server import MailServer, mail_server
from unit.history.test_counted import write

from screenpop.cli import main
from screenpop.history import migrate
from screenpop.history.archive import Archive
from screenpop.history.engine import Database, sqlite_url

ON = ("--date", "2026-11-29")
WHAT = {"figures": ["offered", "answered", "average_handle_time_s"]}
DAILY = {
    "to_folder": "out", "to": ["sue@example.com"], "label": "Calls", "what": WHAT,
}  # fmt: skip
Run = Callable[..., tuple[int, str, str]]


async def fill(folder: Path) -> None:
    (folder / "data").mkdir()
    database = Database(sqlite_url(folder / "data" / "store.sqlite"))
    await database.open()
    try:
        await migrate.upgrade(database)
        calls = calls_of("2026-11-28", "sales", "support")
        await write(Archive(database, zone=BERLIN), 1, *calls)
    finally:
        await database.close()


def made(folder: Path, **config: Any) -> Path:
    asyncio.run(fill(folder))
    given = {"reports": {"daily": DAILY}, "mail": mail_of(1), **config}
    return write_config(folder, server=SERVER, **given)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def ran(file: Path, *words: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(["report", *words, "--config", str(file)])
        out = capsys.readouterr()
        return int(ended.value.code or 0), out.out, out.err

    return ran


def test_a_report_is_printed(tmp_path: Path, run: Run) -> None:
    code, out, _ = run(made(tmp_path), "daily", *ON)
    lines = out.splitlines()
    assert (code, lines[0]) == (0, "Calls: Sat 2026-11-28")
    assert lines[3].split()[:4] == ["All", "8", "6", "2"]
    assert files_in(tmp_path / "out") == []


@pytest.mark.parametrize(
    ("privacy", "shown"),
    [({"group_min": 1, "agent_figures_for": "supervisor"}, 60.0), ({}, None)],
)
def test_its_rows_are_printed_as_json_with_what_may_be_seen(
    tmp_path: Path, run: Run, privacy: dict[str, Any], shown: float | None
) -> None:
    _, out, _ = run(made(tmp_path, privacy=privacy), "daily", *ON, "--json")
    found = json.loads(out)
    assert found["total"]["offered"] == 8
    assert found["rows"][0] == {
        "start": "2026-11-28T00:00:00+01:00", "end": "2026-11-29T00:00:00+01:00",
        "queue": "sales", "queue_label": "sales", "offered": 4, "answered": 3,
        "average_handle_time_s": shown,
    }  # fmt: skip


def test_a_dry_run_says_what_would_be_sent_where(tmp_path: Path, run: Run) -> None:
    code, out, _ = run(made(tmp_path), "daily", *ON, "--dry-run", "--send")
    file = tmp_path / "out" / "daily-2026-11-28.csv"
    first, second = out.splitlines()
    assert code == 0
    assert first.startswith(f"would be written to {file} (csv, 2 rows, ")
    assert second.startswith('would be sent to sue@example.com as "Calls: Sat')
    assert files_in(tmp_path / "out") == []


def test_a_report_is_sent_by_hand(tmp_path: Path, run: Run) -> None:
    file = made(tmp_path)

    async def send() -> tuple[MailServer, tuple[int, str, str]]:
        async with mail_server() as mail:
            write_config(
                tmp_path,
                server=SERVER,
                reports={"daily": DAILY},
                mail=mail_of(mail.port),
            )
            return mail, await asyncio.to_thread(run, file, "daily", *ON, "--send")

    mail, (code, out, _) = asyncio.run(send())
    assert (code, len(mail.messages)) == (0, 1)
    assert files_in(tmp_path / "out") == ["daily-2026-11-28.csv"]
    assert len(out.splitlines()) == 2


def test_what_was_not_sent_is_an_error(tmp_path: Path, run: Run) -> None:
    """The mail server does not answer; the file is written all the same."""
    code, out, err = run(made(tmp_path), "daily", *ON, "--send")
    assert code == 1
    assert "written to" in out
    assert "the report was not sent by email: no connection to the mail" in err


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("weekly",), "reports.weekly: there is no such report. Name one of the file"),
        (("daily", "--date", "today"), "--date: 'today' is not a date"),
    ],
)
def test_a_wrong_word_is_named(
    tmp_path: Path, run: Run, words: tuple[str, ...], says: str
) -> None:
    code, _, err = run(made(tmp_path), *words)
    assert code == 1
    assert says in err
