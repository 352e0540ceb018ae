"""What does the administrators' page look like? Answers of a made-up service."""

from __future__ import annotations

import time

import msgspec
from aiohttp import web

from screenpop.insight.feed_states import (
    FeedSeen,
    ModelSeen,
    OrdersSeen,
    RowsSeen,
)
from screenpop.intake.shown import (
    Counts,
    LineSeen,
    LinesSeen,
    RequestSeen,
    RequestsSeen,
    StreamSeen,
)
from screenpop.lookup.source_states import (
    CacheSeen,
    FailureSeen,
    SourceSeen,
    SourcesSeen,
)
from screenpop.support.clock import iso_from_us
from screenpop.web.health import NodeSeen, NotRight


def ago(seconds: float) -> str:
    return iso_from_us(round((time.time() - seconds) * 1000) * 1000)


def node() -> NodeSeen:
    problem = NotRight(
        part="source erp",
        message="ERP circuit breaker open after 5 failures",
        fatal=False,
    )
    sessions = {"agent": 41, "wallboard": 1}
    return NodeSeen(
        version="0.1.0", status="degraded", problems=[problem], sessions=sessions
    )


def lines() -> LinesSeen:
    def line(name: str, dialect: str, title: str, today: Counts) -> LineSeen:
        event = ago(42) if today.accepted else None
        return LineSeen(
            line=name, dialect=dialect, title=title, status="verified",
            address=f"https://pop.larkspoke.example/v1/telephony/{name}",
            country="GB", time_zone="Europe/London", settings={"auth_token": True},
            paste="Paste the address as status callback of each number.",
            last_request_at=event, last_event_at=event, today=today,
        )  # fmt: skip

    busy = Counts(requests=1841, accepted=1702, ignored=139, refused=3)
    pbx = StreamSeen(
        connected_since=ago(7260), trouble=None, connections=3, lost=2,
        hints=[
            "the switch does not say which numbers are withheld: add `channelvars ="
            " CALLERID(num-pres)` to manager.conf"
        ],
        last_message_at=ago(2), messages=48_211, events=1903, waiting=0, refused=0,
        undecodable=0, synchronised=3,
        ignored={"VarSet": 21_045, "Newexten": 9_812, "RTCPSent": 4_401},
    )  # fmt: skip
    switch = LineSeen(
        line="pbx", dialect="asterisk_ami", title="Asterisk, manager interface (AMI)",
        status="verified", address="10.0.0.5:5038", country="GB", time_zone="UTC",
        settings={"username": "screenpop", "secret": True}, paste="manager.conf: …",
        last_request_at=None, last_event_at=ago(9), today=Counts(), stream=pbx,
    )  # fmt: skip
    return LinesSeen(
        lines=[
            switch,
            line("telephones", "twilio", "Twilio Voice and TaskRouter", busy),
            line("overflow", "sipgate", "sipgate.io", Counts()),
        ]
    )


def requests(line: str, after: int) -> RequestsSeen:
    head = [
        ("Content-Type", "application/json"),
        ("X-Twilio-Signature", "***(28)"),
        ("User-Agent", "TwilioProxy/1.1"),
    ]
    body = '{"CallSid": "CA18c0f7a2d9e84b6f93d1a7c5e20b6f84", "From": "+442079460958"}'
    event = {
        "type": "alerting", "scope": "call", "call_id": "CA18c0f7a2d9e84b6f93d1a7c5e2",
        "direction": "inbound", "from": "+442079460958", "to": "+442079460100",
        "agents": ["1001"], "queue": "sales", "at": ago(42), "withheld": False,
        "attributes": {"account": "10482"},
    }  # fmt: skip

    def seen(number: int, **more: object) -> RequestSeen:
        given: dict[str, object] = {
            "number": number, "at": ago(60 - number), "method": "POST",
            "path": f"/v1/telephony/{line}?token=***(12)", "headers": head,
            "body": body, "body_bytes": len(body), "cut": False,
            "remote": "192.0.2.17", "status": 200, "verdict": "ignored",
        }  # fmt: skip
        return RequestSeen(**{**given, **more})  # type: ignore[arg-type]

    unknown = "`worker.capacity.update` is no event that the dialect knows"
    listed = [
        seen(1, verdict="handshake"),
        seen(2, why=unknown, events=[{"type": "ignored", "why": unknown}]),
        seen(3, verdict="events", events=[event]),
        seen(
            4, verdict="refused", status=401,
            why="the request is not genuine: twilio: its signature does not fit its"
            " content",
            remedy="Check the line's secret, its public URL and the sender's clock.",
        ),
        seen(5, verdict="events", repeated=1,
             events=[event | {"type": "answered"}, event | {"type": "held"}]),
    ]  # fmt: skip
    return RequestsSeen(
        line=line, run="r1", newest=5, missed=0,
        requests=[each for each in listed if each.number > after],
    )  # fmt: skip


def sources() -> SourcesSeen:
    cache = CacheSeen(entries=412, entries_max=10_000)
    down = FailureSeen(at=ago(4), why="cannot connect to erp.larkspoke.example:5432")
    slow = FailureSeen(at=ago(7300), why="no answer within its deadline")
    return SourcesSeen(
        sources=[
            SourceSeen(
                source="erp", label="ERP", connector="sql", state="left_alone",
                retry_in_s=6.2, last_answer_at=ago(95), last_failure=down, cache=cache,
            ),
            SourceSeen(
                source="desk", label="Help desk", connector="http_json",
                state="working", retry_in_s=None, last_answer_at=ago(12),
                last_failure=slow, cache=cache,
            ),
            SourceSeen(
                source="leads", label="Trade fair leads", connector="csv_file",
                state="unasked", retry_in_s=None, last_answer_at=None,
                last_failure=None, cache=cache,
            ),
        ]
    )  # fmt: skip


def orders() -> OrdersSeen:
    odd = "3 x not a date, the row is left out: row 81 date (soon), row 97 date, …"
    read = RowsSeen(
        rows=41_200,
        kept=41_190,
        left_out={"no customer": 7, "not a date": 3},
        odd=(odd,),
    )
    return OrdersSeen(
        lines=96_418, orders=30_112, customers=1_204, items=96, opted_out=3,
        model=ModelSeen(trained_at=ago(9000), orders=30_050, step=None, trouble=None),
        feeds=[
            FeedSeen(
                source="erp", phase="orders", whole=True, batches=42,
                rows_expected=96_420, read_at=ago(3500), all_read_at=ago(90_000),
                orders=read, items=RowsSeen(rows=96, kept=96), trouble=None,
            )
        ],
    )  # fmt: skip


def _answered(content: msgspec.Struct) -> web.Response:
    body = msgspec.json.encode(content)
    return web.Response(body=body, content_type="application/json")


async def _node(request: web.Request) -> web.Response:
    return _answered(node())


async def _lines(request: web.Request) -> web.Response:
    return _answered(lines())


async def _requests(request: web.Request) -> web.Response:
    after = int(request.query.get("after", "0"))
    return _answered(requests(request.match_info["line"], after))


async def _sources(request: web.Request) -> web.Response:
    return _answered(sources())


async def _orders(request: web.Request) -> web.Response:
    return _answered(orders())


def add_routes(app: web.Application) -> None:
    app.router.add_get("/v1/node", _node)
    app.router.add_get("/v1/lines", _lines)
    app.router.add_get("/v1/lines/{line}/requests", _requests)
    app.router.add_get("/v1/sources", _sources)
    app.router.add_get("/v1/orders", _orders)
