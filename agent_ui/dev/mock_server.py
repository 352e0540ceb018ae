"""What does the desk look like? Serves the built UI with scripted frames.

`python agent_ui/dev/mock_server.py [PORT]`, then open `/?scene=ringing`; the scenes
are the functions below. Log in with any name; `nobody` is refused. For looking at
the UI and for pictures only: nothing is stored and everybody is let in.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from aiohttp import WSMsgType, web

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests"))

import mock_admin  # noqa: E402
from golden import company as c  # noqa: E402

from screenpop.desk import frames as f  # noqa: E402
from screenpop.domain.profile import (  # noqa: E402
    CandidateRef,
    Facet,
    FieldState,
    SourceNote,
)
from screenpop.wallboard.metrics import DEFINITIONS  # noqa: E402
from screenpop.web.built_ui import security_headers  # noqa: E402

ASSETS = ROOT / "screenpop" / "web" / "assets"
PORT = 8899
CHOSEN = CandidateRef(source="erp", key="10482")
KNOWN = {"candidates": [c.WHEELHOUSE], "chosen": CHOSEN}
Scene = Callable[[c.Day], list[f.PopOpened]]


def empty(day: c.Day) -> list[f.PopOpened]:
    return []


def ringing(day: c.Day) -> list[f.PopOpened]:
    """The first moment: only the number is known."""
    return [c.opened(day, 41)]


def half(day: c.Day) -> list[f.PopOpened]:
    """Ringing, half of the sources have answered."""
    whole = c.everything(day)
    start = c.opened(day, 41).facets
    facets = start | {name: whole[name] for name in c.HALF}
    return [c.opened(day, 41, facets=facets, **KNOWN)]


def complete(day: c.Day) -> list[f.PopOpened]:
    attributes = {"account": "10482"}
    return [c.opened(day, 41, facets=c.everything(day), attributes=attributes, **KNOWN)]


def good(day: c.Day) -> list[f.PopOpened]:
    facets = c.everything(day) | {"balance": c.balance(day, overdue="0.00")}
    return [_talking(day, facets=facets)]


def hold(day: c.Day) -> list[f.PopOpened]:
    facets = c.everything(day) | {
        "balance": c.balance(day, hold=True),
        "credit_terms": c.credit(day, used="5340.00"),
    }
    return [_talking(day, facets=facets, earlier_agents=["Ben Ito"])]


def candidates(day: c.Day) -> list[f.PopOpened]:
    facets = {**c.opened(day, 41).facets, "identity": Facet(state=FieldState.EMPTY)}
    return [c.opened(day, 41, candidates=c.SHARED_NUMBER, facets=facets)]


def unknown(day: c.Day) -> list[f.PopOpened]:
    caller = f.Caller(
        presentation="allowed", number="+4915123456789", display="+49 1512 3456789",
        country="DE", region="Germany",
    )  # fmt: skip
    facets = {
        name: Facet(
            state=FieldState.EMPTY,
            notes=tuple(
                SourceNote(lookup=s, source=s, state=FieldState.EMPTY) for s in sources
            ),
        )
        for name, sources in c.ASKED.items()
    }
    return [c.opened(day, 41, caller=caller, facets=facets)]


def withheld(day: c.Day) -> list[f.PopOpened]:
    return [c.opened(day, 41, caller=f.Caller(presentation="withheld"), facets={})]


def trouble(day: c.Day) -> list[f.PopOpened]:
    return [c.opened(day, 41, facets=c.sources_in_trouble(day), **KNOWN)]


def two(day: c.Day) -> list[f.PopOpened]:
    caller = f.Caller(
        presentation="allowed", number="+390612345678", display="+39 06 1234 5678",
        country="IT", region="Rome",
    )  # fmt: skip
    second = c.opened(day, 42, "c-2", caller=caller)
    return [_talking(day, facets=c.everything(day)), second]


def wrap_up(day: c.Day) -> list[f.PopOpened]:
    note = f.AgentNote(text="Wants 12 more pads, ask about the lights.", saved_at=None)
    return [
        _talking(day, facets=c.everything(day), state="closed", closed="ended",
                 ended_at=day.iso(14), note=note),
    ]  # fmt: skip


def growing(day: c.Day) -> list[f.PopOpened]:
    """Rings two seconds after the log-in, then fills in source by source."""
    return []


def _talking(day: c.Day, **changes: object) -> f.PopOpened:
    said = {"state": "answered", "answered_at": day.iso(83), **KNOWN, **changes}
    return c.opened(day, 41, **said)


SCENES: dict[str, Scene] = {
    scene.__name__: scene
    for scene in (
        empty, ringing, half, complete, good, hold, candidates, unknown, withheld,
        trouble, two, wrap_up, growing,
    )
}  # fmt: skip


def fills_in(day: c.Day) -> Iterator[f.ServerFrame]:
    yield c.opened(day, 41)
    for offset, (name, facet) in enumerate(c.everything(day).items(), start=42):
        if name == "identity":
            yield f.PopUpdated(
                offset=offset, call_id="c-1", facets={name: facet},
                candidates=[c.WHEELHOUSE], chosen=CHOSEN,
            )  # fmt: skip
        else:
            yield f.PopUpdated(offset=offset, call_id="c-1", facets={name: facet})


async def agent_socket(request: web.Request) -> web.WebSocketResponse:
    """`hello`, then what the scene says, then a friendly answer to everything."""
    socket = web.WebSocketResponse(protocols=("screenpop.v1",))
    await socket.prepare(request)
    day, scene = c.Day(datetime.now(UTC)), _scene(request)
    await _send(socket, c.hello(day, 40, user=request.cookies.get("mock", "")))
    async for message in socket:
        if message.type is not WSMsgType.TEXT:
            break
        frame = f.decode_client(message.data)
        if isinstance(frame, f.Resume):
            pops = SCENES[scene](day)
            state = "wrap_up" if scene == "wrap_up" else "available"
            own = c.agent(day, 40, state)
            await _send(socket, f.Resync(offset=40, pops=pops, agent=own))
            if scene == "growing":
                await _grow(socket, day)
        else:
            await _answer(socket, day, frame)
    return socket


async def _grow(socket: web.WebSocketResponse, day: c.Day) -> None:
    await asyncio.sleep(2)
    for frame in fills_in(day):
        await _send(socket, frame)
        await asyncio.sleep(0.35)


async def _answer(
    socket: web.WebSocketResponse, day: c.Day, frame: f.ClientFrame
) -> None:
    if isinstance(frame, f.SetAgentState):
        await _send(socket, c.agent(day, 50, frame.state))
    if isinstance(frame, f.Choose) and frame.source and frame.key:
        ref = CandidateRef(source=frame.source, key=frame.key)
        facets = c.everything(day)
        await _send(
            socket,
            f.PopUpdated(
                offset=60, call_id=frame.call_id, chosen=ref, facets=facets,
                candidates=c.SHARED_NUMBER,
            ),
        )  # fmt: skip
    if frame.id:
        await _send(socket, f.Done(offset=60, reply_to=frame.id))


async def wallboard_socket(request: web.Request) -> web.WebSocketResponse:
    socket = web.WebSocketResponse(protocols=("screenpop.v1",))
    await socket.prepare(request)
    day = c.Day(datetime.now(UTC))
    await _send(socket, c.hello(day, 40))
    async for message in socket:
        if message.type is WSMsgType.TEXT:
            await _send(socket, board(day))
    return socket


def board(day: c.Day) -> f.WallboardSnapshot:
    counters = [
        f.CounterDef(name=d.name, label=d.label, formula=d.formula, unit=d.unit)
        for d in DEFINITIONS
    ]
    return f.WallboardSnapshot(
        offset=40, at=day.iso(), day=day.date(0), time_zone="Europe/London",
        counters=counters, company="Larkspoke Cycle Supply",
        queues=[
            _queue(day, "", "All queues", 3, 96, 412, 371, 22),
            _queue(day, "sales", "Sales", 2, 96, 251, 230, 11),
            _queue(day, "support", "Workshop support", 1, 12, 118, 104, 8),
            _queue(day, "accounts", "Accounts and payments", 0, None, 43, 37, 3),
        ],
        agents=[
            _row(day, "Ana Okafor", "available", "talking", 83, "Sales"),
            _row(day, "Ben Ito", "available", "talking", 412, "Sales"),
            _row(day, "Chloë Ng", "available", "alerting", 6, "Workshop support"),
            _row(day, "نور الهاشمي", "available", "held", 45, "Accounts"),
            _row(day, "Maximiliane von Hohenstein-Oberursel", "available", "idle", 31),
            _row(day, "Li Wei", "available", "idle", 204),
            _row(day, "Sam Dubois", "wrap_up", "idle", 22),
            _row(day, "Ida Novak", "break", "idle", 903),
            _row(day, "Jo Brandt", "offline", "idle", 7_200),
        ],
    )  # fmt: skip


def _queue(
    day: c.Day, name: str, label: str, waiting: int, oldest_s: float | None,
    offered: int, answered: int, abandoned: int,
) -> f.QueueCounters:  # fmt: skip
    values: dict[str, float] = {
        "waiting": waiting, "longest_wait_s": oldest_s or 0, "alerting": 1,
        "talking": 2, "offered": offered, "answered": answered,
        "abandoned": abandoned, "short_abandoned": 4, "moved": 9, "diverted": 6,
        "direct": 12, "direct_answered": 10, "missed": 2,
        "average_speed_of_answer_s": 21.4, "abandon_rate": abandoned / (offered - 4),
    }  # fmt: skip
    if not name:
        values |= {"agents_available": 2, "agents_on_call": 4, "agents_wrap_up": 1,
                   "agents_break": 1}  # fmt: skip
    since = None if oldest_s is None else day.iso(oldest_s)
    return f.QueueCounters(
        queue=name, label=label, values=values, oldest_waiting_at=since
    )


def _row(
    day: c.Day, name: str, state: str, telephone: str, since_s: float,
    queue: str | None = None,
) -> f.AgentRow:  # fmt: skip
    return f.AgentRow(
        agent=name, name=name, state=state, telephone=telephone,  # type: ignore[arg-type]
        since=day.iso(since_s), queue=queue,
    )  # fmt: skip


async def session(request: web.Request) -> web.Response:
    name = request.cookies.get("mock")
    if request.method == "POST":
        name = str((await request.json())["username"])
    if name is None or name == "nobody":
        return _refused(401, "bad_credentials", "user name or password is wrong.")
    if request.method == "DELETE":
        answer = web.Response(status=204)
        answer.del_cookie("mock")
        return answer
    role = {"ben": "agent", "ada": "admin"}.get(name, "supervisor")
    user = {"username": name, "name": "Ana Okafor", "role": role, "agent": "1001"}
    answer = web.json_response({"user": user, "csrf": "x", "expires_at": None})
    answer.set_cookie("mock", name, httponly=True)
    return answer


async def recent(request: web.Request) -> web.Response:
    day = c.Day(datetime.now(UTC))
    told = c.calls(day).rows
    calls = [
        {"call_id": f"r-{i}", "arrived_at": row["at"], "direction": "inbound",
         "line": "telephones", "queue": row["queue"], "outcome": row["outcome"],
         "caller": {"display": "020 7946 0958", "number": "+442079460958"},
         "name": "Wheelhouse Cycles Ltd" if i % 3 else None, "talk_s": row["talk_s"],
         "disposition": row["disposition"], "note": row["note"] or None}
        for i, row in enumerate(told)
    ]  # fmt: skip
    return web.json_response({"calls": calls})


def _refused(status: int, code: str, message: str) -> web.Response:
    error = {
        "code": code,
        "message": message,
        "remedy": "Try again.",
        "request_id": "1",
    }
    return web.json_response({"error": error}, status=status)


def _scene(request: web.Request) -> str:
    """The page's `?scene=`, handed on by a cookie since a WebSocket has no referrer."""
    name = request.cookies.get("scene", "growing")
    return name if name in SCENES else "growing"


async def _send(socket: web.WebSocketResponse, frame: f.ServerFrame) -> None:
    with suppress(ConnectionError):
        await socket.send_str(f.encode(frame).decode())


async def page(request: web.Request) -> web.Response:
    answer = web.Response(
        body=(ASSETS / "index.html").read_bytes(), content_type="text/html"
    )
    answer.headers.update(security_headers(https=False, kind="page"))
    for scene in parse_qs(urlsplit(str(request.rel_url)).query).get("scene", []):
        answer.set_cookie("scene", scene)
    return answer


def application() -> web.Application:
    app = web.Application()
    for path in ("/", "/wallboard", "/admin"):
        app.router.add_get(path, page)
    app.router.add_route("*", "/v1/session", session)
    app.router.add_get("/v1/calls", recent)
    app.router.add_get("/v1/agent", agent_socket)
    app.router.add_get("/v1/wallboard", wallboard_socket)
    mock_admin.add_routes(app)
    app.router.add_static("/assets", ASSETS / "assets")
    return app


if __name__ == "__main__":
    port = int(sys.argv[1]) if len(sys.argv) > 1 else PORT
    sys.stdout.write(json.dumps({"address": f"http://127.0.0.1:{port}"}) + "\n")
    web.run_app(application(), host="127.0.0.1", port=port, print=None)
