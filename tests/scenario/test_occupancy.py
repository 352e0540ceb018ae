"""Occupancy of a morning, from the agents' own words to the reports.

Six agents: five at their desks, `fay` by her telephone system alone. From 9:30 to 9:45
`eve` is on duty alone; what she does then must not leave. All figures are worked out by
hand, in minutes:

| from | handle | available | why |
|---|---|---|---|
| 9:00 | 7 ana + 5 cat | 8 ana + 8 ben + 10 cat + 15 dan + 15 eve | break and wrap-up |
| 9:15 | 5 cat | 15 ana + 15 ben + 10 cat + 10 dan + 15 eve | dan leaves at 9:25 |
| 9:30 | 3 eve and 54.321 s | 11 eve and 5.679 s | alone; talk and wrap-up |
| 9:45 | 10 fay | 15 ana, ben, cat, dan and eve + 5 fay | by telephone |
"""

from __future__ import annotations

import asyncio
import io
import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from call_centre import PASSWORD, CallCentre, Seat, open_call_centre
from pyarrow import parquet
from typer.testing import CliRunner

from screenpop.cli import application
from screenpop.domain.agent import Role
from screenpop.history import migrate
from screenpop.history.engine import Database, sqlite_url
from screenpop.history.users import Users
from screenpop.support.clock import FakeClock

DESKS = ("ana", "ben", "cat", "dan", "eve")
PEOPLE = {name: str(1001 + n) for n, name in enumerate((*DESKS, "fay"))}
TEAMS = {
    "north": {"label": "North", "members": [*DESKS]},
    "south": {"label": "South", "members": ["fay"]},
}
REPORTS = {
    name: {"to_folder": "out", "what": {"by": by, "group": None}, "format": "csv"}
    for name, by in (("quarters", "15m"), ("hours", "60m"))
}
MINUTE_US = 60_000_000
ALONE_US = 234_321_000
CANARY = (
    "234321", "234.321", f"{900_000_000 - ALONE_US}", "665.679",
    f"{ALONE_US / 900e6:.6f}"[:7],
)  # fmt: skip
"""How long eve handled calls and waited while she was alone, and her occupancy."""
HOUR = "from=2026-11-23T09:00&to=2026-11-23T10:00"
EVERYWHERE = (
    "/v1/stats", "/v1/stats?{h}&by=15m", "/v1/stats?{h}&by=30m", "/v1/stats?{h}&by=60m",
    "/v1/stats?{h}&by=day", "/v1/stats?{h}&by=15m&group=queue",
    "/v1/stats?{h}&by=15m&group=team", "/v1/stats?{h}&by=60m&group=team",
    "/v1/stats/places?{h}&group=team", "/v1/stats/places?{h}&group=queue",
    "/v1/stats/hours?{h}&number=occupancy",
    "/v1/stats/usual?day=2026-11-30&by=15m", "/v1/stats/usual?day=2026-11-30&by=60m",
)  # fmt: skip


async def let_them_in(folder: Path) -> None:
    (folder / "data").mkdir()
    database = Database(sqlite_url(folder / "data" / "store.sqlite"))
    await database.open()
    await migrate.ensure(database)
    users = Users(database)
    for name, agent in PEOPLE.items():
        await users.create(name, password=PASSWORD, name=name, agents=[agent])
    for name, role in (("sue", Role.SUPERVISOR), ("ada", Role.ADMIN)):
        await users.create(name, password=PASSWORD, name=name, role=role)
    await database.close()


@asynccontextmanager
async def at_work(
    folder: Path, clock: FakeClock, **privacy: Any
) -> AsyncIterator[CallCentre]:
    async with open_call_centre(
        folder, clock, people=False, privacy=privacy, teams=TEAMS, reports=REPORTS
    ) as centre:
        yield centre


def clock_at(hour: int, minute: int = 0) -> FakeClock:
    return FakeClock(datetime(2026, 11, 23, hour, minute, tzinfo=UTC))


class Morning:
    """Moves the clock, and lets people do something then."""

    def __init__(self, centre: CallCentre, clock: FakeClock):
        self.centre, self.clock = centre, clock
        self.seats: dict[str, Seat] = {}
        self._said = 0

    def at(self, clock: str) -> None:
        moment = datetime.fromisoformat(f"2026-11-23T{clock}+00:00")
        ahead_s = (round(moment.timestamp() * 1e6) - self.clock.now_us()) / 1e6
        assert ahead_s >= 0, "the morning goes on, never back"
        self.clock.advance(ahead_s)

    async def state(self, state: str, *names: str) -> None:
        for name in names:
            self._said += 1
            seat = self.seats[name]
            await seat.send("agent_state", state=state, id=f"s-{self._said}")
            await seat.next("done")

    async def answer(self, call_id: str, name: str) -> None:
        agent = PEOPLE[name]
        await self.centre.ring(agent, call_id=call_id, queue="sales")
        await self.centre.answer(call_id, agent)

    async def telephone(self, state: str, name: str) -> None:
        event = {"type": "agent_state", "agents": [PEOPLE[name]], "state": state}
        assert await self.centre.tell(event) == 200


async def the_morning(centre: CallCentre, clock: FakeClock) -> None:
    day = Morning(centre, clock)
    for name in DESKS:
        day.seats[name] = await centre.sign_in(name)
    await day.state("available", *DESKS)
    day.at("09:03")
    await day.answer("c-1", "ana")
    day.at("09:05")
    await day.state("break", "ben")
    day.at("09:08")
    await centre.hang_up("c-1")
    await day.state("wrap_up", "ana")
    day.at("09:10")
    await day.state("available", "ana")
    await day.answer("c-2", "cat")
    day.at("09:12")
    await day.state("available", "ben")
    day.at("09:20")
    await centre.hang_up("c-2")
    day.at("09:25")
    await day.state("offline", "dan")
    day.at("09:30")
    await day.state("offline", "ana", "ben", "cat")
    day.at("09:33")
    await day.answer("c-3", "eve")
    day.at("09:36")
    await centre.hang_up("c-3")
    await day.state("wrap_up", "eve")
    clock.advance(ALONE_US / 1e6 - 180)
    await day.state("available", "eve")
    day.at("09:45")
    await day.state("available", "ana", "ben", "cat", "dan")
    await day.telephone("available", "fay")
    day.at("09:48")
    await day.answer("c-4", "fay")
    day.at("09:58")
    await centre.hang_up("c-4")
    day.at("10:01")
    await day.state("offline", *DESKS)
    await day.telephone("offline", "fay")
    await centre.archived()


QUARTERS = [(12, 56), (5, 65), None, (10, 80)]
"""Handle time and time available in minutes; None: of one agent alone."""


async def as_by_hand(centre: CallCentre) -> None:
    found = await centre.get("sue", f"/v1/stats?{HOUR}&by=15m")
    for row, minutes in zip(found["rows"], QUARTERS, strict=True):
        times = {k: v for k, v in row["amounts"].items() if k in TIMES}
        if minutes is None:
            assert row["values"]["occupancy"] is None
            assert row["hidden"] == ["occupancy"]
            assert times == {"quarters_left_out": 1}
            continue
        handle, available = minutes
        assert times == {
            "handle_us": handle * MINUTE_US, "available_us": available * MINUTE_US,
        }  # fmt: skip
        assert row["values"]["occupancy"] == handle / (handle + available)
        assert "hidden" not in row
    (hour,) = (await centre.get("sue", f"/v1/stats?{HOUR}&by=60m"))["rows"]
    assert hour["values"]["occupancy"] == 27 / (27 + 201)
    assert hour["amounts"]["handle_us"] == 27 * MINUTE_US
    assert hour["amounts"]["quarters_left_out"] == 1
    assert hour["values"]["answered"] == 4


TIMES = ("handle_us", "available_us", "quarters_left_out")


def reported(folder: Path) -> dict[str, list[str]]:
    """The rows of `screenpop report` with the occupancy of each."""
    found = {}
    for name in REPORTS:
        path = str(folder / "screenpop.yaml")
        words = ["report", name, "--config", path, "--date", "2026-11-24", "--json"]
        done = CliRunner().invoke(application("report"), words)
        assert done.exit_code == 0, done.output
        rows = json.loads(done.stdout)["rows"]
        found[name] = [row["occupancy"] for row in rows if "T09" in row["start"]]
    return found


async def test_a_morning_is_as_worked_out_by_hand(tmp_path: Path) -> None:
    """Live, after a restart, and after the calls were counted again."""
    await let_them_in(tmp_path)
    clock = clock_at(9)
    async with at_work(tmp_path, clock) as centre:
        await the_morning(centre, clock)
        await as_by_hand(centre)
    by_hand = {"quarters": [12 / 68, 5 / 70, None, 10 / 90], "hours": [27 / 228]}
    assert await asyncio.to_thread(reported, tmp_path) == by_hand
    async with at_work(tmp_path, clock_at(10, 30)) as centre:
        await centre.archived()
        await as_by_hand(centre)
    words = ["db", "rebuild-stats", "--config", str(tmp_path / "screenpop.yaml")]
    done = await asyncio.to_thread(CliRunner().invoke, application("db"), words)
    assert done.exit_code == 0, done.output
    async with at_work(tmp_path, clock_at(10, 40)) as centre:
        await as_by_hand(centre)
    assert await asyncio.to_thread(reported, tmp_path) == by_hand


async def everything_about_it(folder: Path, **privacy: Any) -> dict[str, str]:
    """All that supervisors and administrators read of it, and where."""
    await let_them_in(folder)
    sent, clock = {}, clock_at(9)
    async with at_work(folder, clock, **privacy) as centre:
        board = await centre.sign_in("sue", kind="wallboard")
        await the_morning(centre, clock)
        for name in ("sue", "ada"):
            cookie = {"Cookie": await centre.cookie_of(name)}
            for path in EVERYWHERE:
                for accept in ("application/json", *FILES):
                    url = centre.url + path.format(h=HOUR)
                    headers = {**cookie, "Accept": accept}
                    async with centre.http.get(url, headers=headers) as answer:
                        assert answer.status in (200, 406), await answer.text()
                        sent[f"{name} {path} {accept}"] = await _read(answer)
        await board.leave()
        sent["wallboard"] = json.dumps(board.frames)
    sent["reports"] = json.dumps(await asyncio.to_thread(reported, folder))
    with closing(sqlite3.connect(folder / "data" / "store.sqlite")) as store:
        rows = store.execute("SELECT * FROM bi_occupancy").fetchall()
    assert len(rows) >= 3
    sent["bi_occupancy"] = json.dumps(rows)
    return sent


FILES = ("text/csv", "application/vnd.apache.parquet")


async def _read(answer: Any) -> str:
    if answer.content_type != FILES[1]:
        return str(await answer.text())
    rows = parquet.read_table(io.BytesIO(await answer.read())).to_pylist()
    return json.dumps(rows, default=str)


@pytest.mark.parametrize("is_on", [False, True])
async def test_what_one_agent_did_alone_leaves_only_where_it_may(
    tmp_path: Path, is_on: bool
) -> None:
    privacy = {"agent_figures_for": "supervisor"} if is_on else {}
    sent = await everything_about_it(tmp_path, **privacy)
    found = {where for where, text in sent.items() if any(x in text for x in CANARY)}
    if not is_on:
        assert found == set()
        return
    quarters = "sue /v1/stats?{h}&by=15m"
    for where in (
        f"{quarters} application/json", *(f"{quarters} {form}" for form in FILES),
        f"{quarters}&group=team application/json", "reports", "bi_occupancy",
    ):  # fmt: skip
        assert where in found, where
