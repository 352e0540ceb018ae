"""What does each role get to see of single agents? Everything that is sent is searched.

One service, a story of a few calls, then every route of the router as every person,
all frames, the exports, the metrics and the log. The same with names switched on: there
they must be found.
"""

from __future__ import annotations

import asyncio
import io
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
from call_centre import AGENTS, PASSWORD, CallCentre, Seat, open_call_centre
from pyarrow import parquet

from screenpop.domain.agent import Role
from screenpop.history import migrate
from screenpop.history.engine import Database, sqlite_url
from screenpop.history.users import Users
from screenpop.web.built_ui import PAGES
from screenpop.web.routes import ROUTES

QUILLON = ("quillonv", "Vexbury", "710441")
FERRICK = ("ferrickz", "Oswinter", "710552")
AGENTS_MARKS = QUILLON + FERRICK
CALLERS = ("2079460958", "2079460777", "2079460666")
CSV = {"Accept": "text/csv"}
PARQUET = {"Accept": "application/vnd.apache.parquet"}
PAST = "from=2000-01-01&by=month&number=handled&number=answered"

ASKED: dict[str, list[str]] = {
    "GET /v1/session": ["/v1/session"],
    "GET /v1/me": ["/v1/me"],
    "GET /v1/me/calls": ["/v1/me/calls"],
    "GET /v1/me/data": ["/v1/me/data"],
    "GET /v1/calls": ["/v1/calls"],
    "GET /v1/calls/{call_id}": ["/v1/calls/c-1", "/v1/calls/c-2", "/v1/calls/c-9"],
    "GET /v1/recalls": [
        f"/v1/recalls?state={state}" for state in ("open", "claimed", "closed")
    ],
    "GET /v1/alerts": ["/v1/alerts?state=all"],
    "GET /v1/live": ["/v1/live"],
    "GET /v1/lookup": ["/v1/lookup?number=%2B442079460958"],
    "GET /v1/stats": ["/v1/stats", f"/v1/stats?{PAST}&group=queue"],
    "GET /v1/stats/calls": [f"/v1/stats/calls?{{since}}&{PAST[16:]}"],
    "GET /v1/stats/usual": ["/v1/stats/usual"],
    "GET /v1/stats/hours": ["/v1/stats/hours?number=answered&{since}"],
    "GET /v1/stats/kinds": [
        f"/v1/stats/kinds?{PAST}&group={group}" for group in ("result", "dialled")
    ],
    "GET /v1/stats/kinds/calls": [f"/v1/stats/kinds/calls?{PAST}&name=completed"],
    "GET /v1/stats/pops": [f"/v1/stats/pops?{PAST}"],
    "GET /v1/stats/pops/calls": [
        f"/v1/stats/pops/calls?{PAST}&figure=answered",
        f"/v1/stats/pops/calls?{PAST}&facet=balance&figure=filled",
    ],
    "GET /v1/stats/places": [f"/v1/stats/places?{PAST}&group=queue"],
    "GET /v1/forecast": ["/v1/forecast"],
    "GET /v1/insight": ["/v1/insight"],
    "GET /v1/openapi.json": ["/v1/openapi.json"],
    "GET /livez": ["/livez"],
    "GET /readyz": ["/readyz"],
    "GET /metrics": ["/metrics"],
    "GET /v1/lines": ["/v1/lines"],
    "GET /v1/lines/{line}/requests": ["/v1/lines/main/requests"],
    "GET /v1/sources": ["/v1/sources"],
    "GET /v1/sources/{source}/times": ["/v1/sources/crm/times"],
    "GET /v1/users": ["/v1/users"],
    "GET /v1/configuration": ["/v1/configuration"],
    "GET /v1/configuration/desk": ["/v1/configuration/desk"],
    "GET /v1/node": ["/v1/node"],
    "GET /v1/orders": ["/v1/orders"],
    **{f"GET {page}": [page] for page in PAGES},
}
"""Every route that answers with something; a new one must be entered here."""

DONE: dict[str, tuple[str, dict[str, Any]]] = {
    "POST /v1/calls/{call_id}/over": ("/v1/calls/c-2/over", {}),
    "POST /v1/calls/{call_id}/notes": ("/v1/calls/c-1/notes", {"text": "Rang back"}),
    "POST /v1/calls/{call_id}/disposition": (
        "/v1/calls/c-1/disposition",
        {"code": "sold"},
    ),
    "POST /v1/configuration/reload": (
        "/v1/configuration/reload",
        {"dry_run": True},
    ),
    "POST /v1/users": ("/v1/users", {"username": "new", "role": "supervisor"}),
    "POST /v1/users/{username}": ("/v1/users/new", {"active": True}),
    "POST /v1/users/{username}/password": ("/v1/users/new/password", {}),
    "POST /v1/stats/compare": (
        "/v1/stats/compare",
        {
            "from": "2000-01-01",
            "to": "2100-01-01",
            "figure": {"number": "offered", "value": 99},
            "calls_csv": f"id,start,from\nc-9,2026-01-01 10:00,{CALLERS[0]}\n",
        },
    ),
    "POST /v1/recalls/{call_id}": ("/v1/recalls/c-3", {"do": "claim"}),
}
"""What people do, whose answers are searched, too. The last one is done by agents."""

ELSEWHERE = {
    "GET /v1/agent": "frames",
    "GET /v1/wallboard": "frames",
    "POST /v1/alerts": "names the supervisor who has seen an alert, no agent",
    "POST /v1/session": "the log-in of each person; its answer names them alone",
    "DELETE /v1/session": "no answer",
    "POST /v1/session/password": "as the log-in",
    "POST /v1/session/locale": "as the log-in",
    "GET /v1/session/settings": "as the log-in",
    "POST /v1/session/settings": "as the log-in",
    "GET /{file}": "a built file",
    "GET /assets/{file}": "a built file",
}
ADMIN_ONLY = {f"{r.method} {r.path}" for r in ROUTES if r.role is Role.ADMIN}


@dataclass
class Sent:
    """All that left for one person: where, and the bytes."""

    parts: list[tuple[str, str]] = field(default_factory=list)

    def add(self, where: str, text: str) -> None:
        self.parts.append((where, text))

    def named(self, marks: tuple[str, ...]) -> list[str]:
        """Where a mark stands."""
        return [
            f"{where}: {mark}"
            for where, text in self.parts
            for mark in marks
            if mark.casefold() in text.casefold()
        ]


class Seen(logging.Handler):
    """Log lines as they are written, but for those that name users by design."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.name not in ("screenpop.security", "screenpop.access"):
            self.lines.append(f"{record.getMessage()} {record.exc_info or ''}")


@contextmanager
def logged() -> Iterator[Seen]:
    seen, logger = Seen(), logging.getLogger("screenpop")
    level = logger.level
    logger.addHandler(seen)
    logger.setLevel(logging.INFO)
    try:
        yield seen
    finally:
        logger.removeHandler(seen)
        logger.setLevel(level)


async def let_people_in(folder: Path) -> None:
    (folder / "data").mkdir()
    database = Database(sqlite_url(folder / "data" / "store.sqlite"))
    await database.open()
    try:
        await migrate.ensure(database)
        users = Users(database)
        for username, name, agent in (QUILLON, FERRICK):
            await users.create(username, password=PASSWORD, name=name, agents=[agent])
        for name, role in (("sue", Role.SUPERVISOR), ("ada", Role.ADMIN)):
            await users.create(name, password=PASSWORD, name=name, role=role)
    finally:
        await database.close()


async def everything_sent(folder: Path, **privacy: Any) -> dict[str, Sent]:
    """By person, `stranger`, and `log`: all that they got in the story."""
    await let_people_in(folder)
    sent = {name: Sent() for name in (QUILLON[0], FERRICK[0], "sue", "ada")}
    with logged() as log:
        async with open_call_centre(
            folder, people=False, privacy=privacy, calls={"short_abandon_s": 0}
        ) as centre:
            seats = [await centre.sign_in(QUILLON[0]), await centre.sign_in(FERRICK[0])]
            boards = [await centre.sign_in(x, kind="wallboard") for x in ("sue", "ada")]
            await tell_the_story(centre, *seats)
            await asyncio.gather(*(ask_all(centre, x, sent[x]) for x in sent))
            await asyncio.gather(*(do_all(centre, x, sent[x]) for x in sent))
            sent["stranger"] = await asked_by_a_stranger(centre)
            for seat in (*seats, *boards):
                await seat.leave()
                for frame in seat.frames:
                    sent[seat.name].add(frame["frame"], json.dumps(frame))
            entries = await centre.service.past.audit.recent()
    sent["log"] = Sent([("log", line) for line in log.lines])
    sent["audit"] = Sent([(x.action, f"{x.username} {x.object}") for x in entries])
    return sent


async def tell_the_story(centre: CallCentre, first: Seat, second: Seat) -> None:
    """Answered, noted, talking, given up, claimed, called back."""
    quillon, ferrick = QUILLON[2], FERRICK[2]
    caller, lost, back = (f"+44{number}" for number in CALLERS)
    queue: dict[str, Any] = {"queue": "sales"}
    await centre.ring(quillon, ferrick, caller=caller, call_id="c-1", **queue)
    await centre.answer("c-1", quillon)
    await second.next("pop.closed")
    await first.send("note", call_id="c-1", text="Wants a pump", id="n-1")
    await first.next("done")
    await first.send("disposition", call_id="c-1", code="sold", id="n-2")
    await first.next("done")
    await centre.hang_up("c-1")
    await first.send("agent_state", state="break", id="n-3")
    await first.next("done")
    for call_id, number in (("c-3", lost), ("c-4", back)):
        await centre.ring(quillon, ferrick, caller=number, call_id=call_id, **queue)
        await centre.hang_up(call_id)
    out = {"from": quillon, "to": back, "direction": "outbound"}
    await centre.event("alerting", "c-5", quillon, **out)
    await centre.event("answered", "c-5", quillon, **out)
    await centre.hang_up("c-5")
    await centre.archived()
    await centre.ring(quillon, ferrick, caller=caller, call_id="c-2", **queue)
    await centre.answer("c-2", ferrick)
    await first.until(lambda f: f["frame"] == "pop.closed" and f["call_id"] == "c-2")
    await centre.archived()
    done = await centre.post(QUILLON[0], "/v1/recalls/c-3", do="claim")
    assert done[0] == 200, done


async def ask_all(centre: CallCentre, name: str, sent: Sent) -> None:
    """Every route as this person; routes of administrators give others nothing."""
    cookie, role = {"Cookie": await centre.cookie_of(name)}, name
    since = await today_of(centre)
    for route, paths in ASKED.items():
        if route in ADMIN_ONLY and role == "ada":
            continue  # captured requests show what a telephone system sent
        for path in paths:
            for accept in ({}, CSV, PARQUET):
                url = f"{centre.url}{path.replace('{since}', since)}"
                async with centre.http.get(url, headers=cookie | accept) as answer:
                    sent.add(f"{route} {answer.status}", await read(answer))
                    assert route not in ADMIN_ONLY or answer.status == 403


async def read(answer: aiohttp.ClientResponse) -> str:
    """As text, whatever the format packs."""
    if answer.content_type in PARQUET.values():
        rows = parquet.read_table(io.BytesIO(await answer.read())).to_pylist()
        return json.dumps(rows, default=str)
    return await answer.text()


async def do_all(centre: CallCentre, name: str, sent: Sent) -> None:
    """Afterwards: it ends calls that others ask for."""
    for route, (path, body) in DONE.items():
        status, answered = await centre.post(name, path, **body)
        sent.add(f"{route} {status}", json.dumps(answered))


async def asked_by_a_stranger(centre: CallCentre) -> Sent:
    sent, since = Sent(), await today_of(centre)
    for route, paths in ASKED.items():
        for path in paths:
            url = f"{centre.url}{path.replace('{since}', since)}"
            async with centre.http.get(url) as answer:
                sent.add(f"{route} {answer.status}", await answer.text())
                shown = next(x for x in ROUTES if f"{x.method} {x.path}" == route)
                assert shown.role is None or answer.status == 401, route
    return sent


async def today_of(centre: CallCentre) -> str:
    day = (await centre.get("sue", "/v1/stats"))["day"]
    return f"from={day}"


def test_every_route_is_asked_or_its_reason_stands_here() -> None:
    routes = {f"{r.method} {r.path}" for r in ROUTES if r.handler is not None}
    assert routes == {*ASKED, *DONE, *ELSEWHERE}


async def test_without_a_key_nothing_about_a_single_agent_leaves(
    tmp_path: Path,
) -> None:
    sent = await everything_sent(tmp_path)
    assert sent["sue"].named(AGENTS_MARKS) == []
    assert sent["ada"].named(AGENTS_MARKS) == []
    assert sent[FERRICK[0]].named(QUILLON) == []
    assert sent[QUILLON[0]].named(FERRICK) == []
    assert sent["stranger"].named(AGENTS_MARKS + CALLERS) == []
    assert sent["log"].named(AGENTS_MARKS + CALLERS) == []
    assert {where for where, _ in sent["audit"].parts} & {"privacy.on"} == set()
    # they were asked for what is there
    (compared,) = (x for x in sent["sue"].parts if x[0].endswith("compare 200"))
    assert '"call_id": "c-1"' in compared[1]
    assert "POST /v1/stats/compare 403" in dict(sent[FERRICK[0]].parts)
    assert len(sent["sue"].named(CALLERS)) > 5
    assert sent[FERRICK[0]].named(FERRICK)
    assert any(where.startswith("wallboard.delta") for where, _ in sent["sue"].parts)


async def test_with_the_keys_on_names_come_and_each_look_is_written_down(
    tmp_path: Path,
) -> None:
    on = {"live_state_for": "agent", "agent_figures_for": "agent"}
    sent = await everything_sent(tmp_path, **on)
    where = {place.split(":")[0] for place in sent["sue"].named(AGENTS_MARKS)}
    for part in (
        "GET /v1/calls 200", "GET /v1/calls/{call_id} 200", "GET /v1/live 200",
        "GET /v1/recalls 200", "GET /v1/stats 200", "wallboard.snapshot",
        "wallboard.delta",
    ):  # fmt: skip
        assert part in where, part
    colleague = {place.split(":")[0] for place in sent[FERRICK[0]].named(QUILLON)}
    for part in ("GET /v1/recalls 200", "pop.closed", "pop.updated"):
        assert part in colleague, (part, colleague)
    audit = dict.fromkeys((where, text) for where, text in sent["audit"].parts)
    for page in ("wallboard", "calls", "live", "recalls", "stats"):
        assert ("agents.seen", f"sue {page}") in audit, page
    started = [text for where, text in audit if where == "privacy.on"]
    assert {text.split()[-1] for text in started} == set(on)


def test_the_marks_are_not_words_of_the_tests() -> None:
    assert not {*AGENTS, *AGENTS.values()} & {*AGENTS_MARKS}
