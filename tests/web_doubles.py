"""What stands in for the rest of the house in tests of the web?"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import msgspec

from screenpop.config.forecast import ForecastSettings
from screenpop.config.reloads import ConfigurationSeen, ReloadSeen
from screenpop.desk.session import SessionKind, Transport
from screenpop.domain.agent import AgentPrivacy, Only, Role, User, UserId
from screenpop.domain.call import AgentId, NamedCall
from screenpop.domain.directory import Directory
from screenpop.domain.errors import BadInput, ConfigError, NotFound, Unauthenticated
from screenpop.domain.orders_after import KnownCaller
from screenpop.domain.popped import PoppedCall
from screenpop.domain.profile import Json
from screenpop.history.calls import PagePlace
from screenpop.history.kinds import CallKind, KindCalls
from screenpop.history.offers import OfferCounts
from screenpop.history.own_calls import OwnFigures
from screenpop.history.own_records import RecordsFound
from screenpop.history.own_search import EVERY_CALL, CallsWanted
from screenpop.history.own_sections import SECTIONS, RecordsAsked
from screenpop.history.past_calls import cursor_of
from screenpop.history.past_counts import (
    CountedCall,
    CountedPlace,
    CountsAsked,
    IntervalSums,
    RulesSince,
)
from screenpop.insight.feed_states import ModelSeen, OrdersSeen
from screenpop.intake.request import Request, Response
from screenpop.intake.shown import Counts, LineSeen, RequestSeen, RequestsSeen
from screenpop.journal.appending import Door
from screenpop.journal.memory import MemoryJournal
from screenpop.lookup.source_states import SourceSeen
from screenpop.lookup.source_times import SourceTimesSeen
from screenpop.planning.asked import ForecastAsked
from screenpop.planning.forecasts import Forecasts, Make
from screenpop.support.clock import Clock, FakeClock
from screenpop.support.log import NodeProblem
from screenpop.wallboard.agents import AgentBoard
from screenpop.wallboard.alerts import AlertBoard
from screenpop.wallboard.comparison_asked import ComparisonAsked
from screenpop.wallboard.comparisons import Comparisons
from screenpop.wallboard.groups import GroupRule
from screenpop.wallboard.recalls import RecallList
from screenpop.web.alert_list import Alerts
from screenpop.web.recall_list import Recalls, RecallWords
from screenpop.web.site import Services


def user(name: str, role: Role = Role.AGENT, *agents: str) -> User:
    return User(
        username=UserId(name),
        name=name.title(),
        role=role,
        agents=frozenset(AgentId(agent) for agent in agents),
    )


class FakeUsers:
    """Ana and Ben are agents, Sue supervises, Ada administers; see `password`."""

    password = "correct horse"

    def __init__(self) -> None:
        everybody = (
            user("ana", Role.AGENT, "1001"),
            user("ben", Role.AGENT, "1002"),
            user("sue", Role.SUPERVISOR),
            user("ada", Role.ADMIN),
        )
        self.known = {person.username: person for person in everybody}
        self.verified: list[str] = []
        self.revoked: set[str] = set()
        self.ended: dict[str, int] = {}
        self.kept_settings: dict[str, str] = {}

    def get(self, username: UserId) -> User | None:
        return self.known.get(username)

    def all(self) -> tuple[User, ...]:
        return tuple(self.known.values())

    async def verify(self, username: str, password: str) -> User | None:
        self.verified.append(username)
        return self.known.get(UserId(username)) if password == self.password else None

    async def change_password(self, username: UserId, password: str) -> User:
        if len(password) < 12:
            raise BadInput("password: it is too short.", code="bad_password")
        self.password = password
        before = self.known[username]
        changed = replace(before, token_epoch=before.token_epoch + 1)
        self.known[username] = changed
        return changed

    async def add(
        self, username: str, password: str, *, role: Role, by: UserId, **_: object
    ) -> User:
        self.known[UserId(username)] = added = user(username, role)
        self.password = password
        return added

    async def give_password(self, username: str, password: str, **_: object) -> User:
        return await self.change_password(UserId(username), password)

    async def set_active(self, username: str, active: bool, **_: object) -> User:
        before = self.known[UserId(username)]
        changed = replace(
            before, active=active, token_epoch=before.token_epoch + (not active)
        )
        self.known[changed.username] = changed
        return changed

    async def change_locale(self, username: UserId, locale: str | None) -> User:
        self.known[username] = replace(self.known[username], locale=locale)
        return self.known[username]

    async def settings(self, username: UserId) -> str | None:
        return self.kept_settings.get(username)

    async def keep_settings(self, username: UserId, settings: str) -> None:
        self.kept_settings[username] = settings

    async def by_token(self, token: str) -> tuple[User, str] | None:
        user = self.known.get(UserId(token.removeprefix("token-of-")))
        return None if user is None or token in self.revoked else (user, token)

    def token_lives(self, token_id: str) -> bool:
        return token_id not in self.revoked

    def has_ended(self, session: str) -> bool:
        return session in self.ended

    async def end_session(self, session: str, user: UserId, expires_us: int) -> None:
        self.ended[session] = expires_us


@dataclass
class EchoHub:
    """Sends every message back; a JSON `hello` first."""

    served: list[tuple[str, SessionKind]] = field(default_factory=list)
    transports: list[Transport] = field(default_factory=list)

    async def serve(self, user: User, transport: Transport, kind: SessionKind) -> None:
        self.served.append((user.username, kind))
        self.transports.append(transport)
        transport.write(b'{"frame":"hello"}')
        while (message := await transport.receive()) is not None:
            data = message.encode() if isinstance(message, str) else message
            transport.write(data)


class FakeCalls:
    """Two calls, one of Ana's and one of Ben's."""

    def __init__(self) -> None:
        self.owner = {"c-ana": "ana", "c-ben": "ben"}
        self.notes: list[tuple[str, str, str]] = []

    async def recent(self, only: Only, before: str | None, limit: int) -> Json:
        if before is not None and not before.isdigit():
            raise BadInput("before is not a cursor of ours.", code="bad_query")
        mine = [
            {"call_id": call_id}
            for call_id, owner in self.owner.items()
            if only in (None, owner)
        ]
        return {"calls": mine[:limit], "before": None}

    async def get(self, name: NamedCall, only: Only) -> Json:
        call_id = name.call_id
        owner = self.owner.get(call_id)
        if owner is None or only not in (None, owner):
            raise NotFound("there is no such call, or it is not yours.")
        return {"call_id": call_id, "line": "main"}

    async def add_note(
        self, name: NamedCall, only: Only, user: User, text: str
    ) -> Json:
        call_id = name.call_id
        await self.get(name, only)
        self.notes.append((call_id, user.username, text))
        return {"call_id": call_id, "text": text}

    async def set_disposition(
        self, name: NamedCall, only: Only, user: User, code: str
    ) -> Json:
        call_id = name.call_id
        await self.get(name, only)
        return {"call_id": call_id, "disposition": code}


class FakeLive:
    """One call of Ana's that goes on."""

    def __init__(self) -> None:
        self.ended: list[tuple[NamedCall, str]] = []

    def listed(self, viewer: User) -> Json:
        return {"calls": [{"call_id": "c-ana"}], "count": 1}

    async def end(self, named: NamedCall, user: User) -> Json:
        if named.call_id != "c-ana":
            raise NotFound("there is no such call.", code="unknown_call")
        self.ended.append((named, user.username))
        return {"call_id": named.call_id}


class FakeIntake:
    """Takes everything at the line `main` that shows the token `secret`."""

    def __init__(self) -> None:
        self.requests: list[Request] = []

    async def take(self, line: str, request: Request) -> Response:
        if line != "main":
            raise NotFound("there is no such line.", code="unknown_line")
        if request.header("Authorization") != "Bearer secret":
            raise Unauthenticated("the token is wrong.")
        self.requests.append(request)
        return Response(status=202)


async def some_forecast(asked: ForecastAsked) -> dict[str, Any]:
    """Says what was asked."""
    return {"state": "made", "asked": msgspec.to_builtins(asked)}


def forecasts(make: Make = some_forecast, clock: Clock | None = None) -> Forecasts:
    return Forecasts(make, ForecastSettings(), clock or FakeClock())


async def look_up(
    number: str, candidate: str | None, line: str, dialled: str | None
) -> Json:
    return {"number": number, "candidates": [], "facets": {}, "lookups": []}


async def no_farewell(user: User) -> None:
    """Nothing is to be done when somebody logs out."""


async def stats() -> Json:
    return {"queues": [], "agents": []}


class FakeLines:
    """The line `main`, at which two requests arrived."""

    def lines(self, base_url: str) -> list[LineSeen]:
        return [
            LineSeen(
                line="main", label=None, dialect="generic", title="Generic",
                status="verified",
                address=f"{base_url}/v1/telephony/main", country="GB",
                time_zone="UTC", settings={"token": True}, paste="Paste it.",
                last_request_at=None, last_event_at=None, today=Counts(requests=2),
            )
        ]  # fmt: skip

    async def requests(self, line: str, after: int) -> RequestsSeen:
        if line != "main":
            raise NotFound("there is no such line.", code="unknown_line")
        seen = [
            RequestSeen(
                number=number, at="2026-11-21T09:00:00Z", method="POST",
                path="/v1/telephony/main", headers=[("X-Token", "***(6)")], body="{}",
                body_bytes=2, cut=False, remote="127.0.0.1", status=200,
                verdict="ignored", why="it holds no event",
            )
            for number in (1, 2)
            if number > after
        ]  # fmt: skip
        return RequestsSeen(line=line, run="r1", newest=2, missed=0, requests=seen)


NO_MODEL = ModelSeen()


def no_orders() -> OrdersSeen:
    return OrdersSeen(
        lines=0, orders=0, customers=0, items=0, opted_out=0, feeds=[], model=NO_MODEL
    )


def no_sources() -> list[SourceSeen]:
    return []


def no_times(source: str) -> SourceTimesSeen:
    return SourceTimesSeen(source=source, since="", interval_s=300, intervals=[])


EVERYTHING = GroupRule(
    AgentPrivacy(live=Role.SUPERVISOR, past=Role.SUPERVISOR), {}, agents=0
)


async def no_audit(user: str, action: str, object: str) -> None: ...


async def no_problem() -> Sequence[NodeProblem]:
    return ()


class FakeOwnRecords:
    """A row of each who asks; remembers what was asked."""

    history_days, journal_h = 730, 36.0

    def __init__(self) -> None:
        self.asked: list[RecordsAsked] = []

    async def about(self, asked: RecordsAsked) -> list[RecordsFound]:
        self.asked.append(asked)
        row: Json = {"username": asked.user.username}
        return [RecordsFound(section=SECTIONS[0], rows=[row], next_us=3_000_000)]


MORE = cursor_of(PagePlace(arrived_us=0, line="main", call_id="c-1"))


class FakeOwnCalls:
    """One call of each who asks, with a note that a spreadsheet would compute."""

    result_labels: Mapping[str, str] = {"sold": "Sold"}

    def __init__(self) -> None:
        self.asked: list[RecordsAsked] = []
        self.wanted: list[CallsWanted] = []

    async def queues(self, asked: RecordsAsked) -> Sequence[Json]:
        return [{"name": "sales", "label": "Sales"}]

    async def page(
        self,
        asked: RecordsAsked,
        before: str | None,
        wanted: CallsWanted = EVERY_CALL,
    ) -> tuple[Sequence[Json], str | None]:
        self.asked.append(asked)
        self.wanted.append(wanted)
        row: Json = {
            "line": "main", "call_id": f"c-{asked.user.username}", "occurrence": 0,
            "number": "+442079460958", "note": "=1+1", "talk_s": 65,
            "arrived_at": "2026-11-20T09:00:00Z",
        }  # fmt: skip
        return ([row], MORE) if before is None else ([], None)

    async def figures(self, asked: RecordsAsked) -> OwnFigures:
        self.asked.append(asked)
        return OwnFigures(
            rang=9, answered=5, missed=3, elsewhere=1, made=2, reached=1,
            talk_us=90_400_000, notes=4, results={"sold": 2},
        )  # fmt: skip


class FakeOffers:
    """Two offers of one reason, one of them taken; remembers which time was asked."""

    def __init__(self) -> None:
        self.asked: tuple[int, int, int] = (0, 0, 0)

    async def counts(
        self, from_us: int, to_us: int, now_us: int
    ) -> Sequence[OfferCounts]:
        self.asked = from_us, to_us, now_us
        return [
            OfferCounts(
                facet="recommendations", basis="own", model="m1", rule="",
                queue="sales", shown=2, offered=2, taken=1, declined=0, unsuitable=1,
                settled=2, ordered=1, held_back=0, held_back_settled=0,
                held_back_ordered=0,
            )
        ]  # fmt: skip


class FakePopped:
    """Some calls in sales; remembers what was asked."""

    def __init__(self, calls: Sequence[PoppedCall] = (), *, more: bool = False) -> None:
        self.asked: list[CountsAsked] = []
        self._found = [*calls], more

    async def read(self, asked: CountsAsked) -> tuple[list[PoppedCall], bool]:
        self.asked.append(asked)
        return self._found

    async def behind(
        self,
        asked: CountsAsked,
        counts: Callable[[PoppedCall], bool],
        before: CountedPlace | None,
        limit: int,
    ) -> tuple[list[CountedCall], CountedPlace | None]:
        found, _ = self._found
        places = [
            CountedPlace(
                interval_us=asked.from_us, line="main", call_id=f"c-{n}", occurrence=0,
                queue=call.queue,
            )
            for n, call in enumerate(found) if counts(call)
        ]  # fmt: skip
        return [
            CountedCall(
                place=place, dialled="", arrived_us=asked.from_us, answered_us=None,
                ended_us=None, outcome=None, amounts={},
            )
            for place in places
        ], None  # fmt: skip


class FakeKinds:
    """Some rows, and who called; remembers what was asked."""

    def __init__(
        self, rows: Sequence[CallKind] = (), callers: Sequence[KnownCaller] = ()
    ) -> None:
        self.asked: list[tuple[CountsAsked, str]] = []
        self.opened: list[tuple[str, str, CountedPlace | None]] = []
        self.wanted: list[KindCalls] = []
        self._rows, self._callers = [*rows], [*callers]

    async def rows(self, asked: CountsAsked, group: str) -> list[CallKind]:
        self.asked.append((asked, group))
        return self._rows

    async def calls(
        self,
        asked: CountsAsked,
        wanted: KindCalls,
        before: CountedPlace | None,
        limit: int,
    ) -> list[CountedCall]:
        name = wanted.name
        self.opened.append((wanted.group, name, before))
        self.wanted.append(wanted)
        place = CountedPlace(
            interval_us=1_000_000, line="main", call_id="c-1", occurrence=0, queue=""
        )
        call = CountedCall(
            place=place,
            dialled=name,
            arrived_us=1_000_000,
            answered_us=None,
            ended_us=2_000_000,
            outcome="missed",
            amounts={},
        )
        return [call][: limit if before is None else 0]

    async def callers(
        self, asked: CountsAsked, group: str
    ) -> tuple[list[KnownCaller], bool]:
        return self._callers, False


async def no_orders_after(callers: Sequence[KnownCaller], days: int) -> None:
    return None


class FakeCounts:
    """Two quarters of an hour with calls; remembers what was asked."""

    def __init__(self) -> None:
        self.asked: list[CountsAsked] = []

    async def sums(
        self, asked: CountsAsked, starts: Sequence[int], group: str | None = None
    ) -> list[IntervalSums]:
        self.asked.append(asked)
        return [
            IntervalSums(
                interval_us=asked.from_us + place * 900_000_000,
                group="" if group is None else "sales",
                amounts={"offered": 2, "answered": 1, "answered_wait_us": 4_000_000},
            )
            for place in (0, 2)
        ]

    async def agent_times(
        self, asked: CountsAsked, starts: Sequence[int], people_min: int
    ) -> list[IntervalSums]:
        if asked.queues or asked.lines or asked.dialled:
            return []
        amounts = {"handle_us": 3_000_000, "available_us": 1_000_000}
        return [IntervalSums(interval_us=starts[0], group="", amounts=amounts)]

    async def rules(self, asked: CountsAsked) -> list[RulesSince]:
        return [RulesSince(since_us=0, rules="Target <= 20 s.")]

    async def calls(
        self,
        asked: CountsAsked,
        names: Sequence[str],
        before: CountedPlace | None,
        limit: int,
    ) -> list[CountedCall]:
        self.asked.append(asked)
        place = CountedPlace(
            interval_us=asked.from_us, line="main", call_id="c-1", occurrence=0,
            queue="sales",
        )  # fmt: skip
        amounts = {"offered": 1, "abandoned": 1}
        return [
            CountedCall(
                place=place, dialled="+442079460100", arrived_us=asked.from_us,
                answered_us=None, ended_us=asked.from_us + 60_000_000,
                outcome="abandoned", amounts=amounts,
            )
        ] * (before is None)  # fmt: skip


def comparisons() -> Comparisons:
    """The real one; its process is asked and answers at once."""

    async def compare(asked: ComparisonAsked) -> dict[str, Any]:
        return {"asked": msgspec.to_builtins(asked)}

    return Comparisons(compare)


def no_recalls() -> Recalls:
    """The real one, with no calls."""
    words = RecallWords(queues={}, columns={}, click_to_call={})
    door = Door(MemoryJournal())
    return Recalls(RecallList(), Directory(), door, FakeClock(), words)


def no_alerts() -> Alerts:
    return Alerts(
        board=AlertBoard(), journal=MemoryJournal(), clock=FakeClock(), label=str
    )


class FakeConfiguration:
    """One that was never changed, and is not in a file."""

    def seen(self) -> ConfigurationSeen:
        return ConfigurationSeen(
            file="screenpop.yaml",
            files=(),
            loaded_at="2026-11-21T09:00:00Z",
            can_reload=False,
            watched_every_s=0,
        )

    async def reload(self, by: str, *, dry_run: bool = False) -> ReloadSeen:
        raise ConfigError("the configuration is not in a file.")


def services(data_dir: Path, **other: Any) -> Services:
    """Everything doubled, but for what is given by name."""
    doubled: dict[str, Any] = {
        "intake": FakeIntake(), "hub": EchoHub(), "users": FakeUsers(),
        "own_records": FakeOwnRecords(), "own_calls": FakeOwnCalls(),
        "board": AgentBoard(),
        "calls": FakeCalls(), "live": FakeLive(), "offers": FakeOffers(),
        "counts": FakeCounts(), "popped": FakePopped(),
        "kinds": FakeKinds(), "orders_after": no_orders_after,
        "forecasts": forecasts(), "comparisons": comparisons(),
        "recalls": no_recalls(), "groups": lambda: EVERYTHING,
        "alerts": no_alerts(),
        "lookup": look_up, "stats": stats, "ready": no_problem, "notes": tuple,
        "logged_out": no_farewell, "audit": no_audit, "lines": FakeLines(),
        "configuration": FakeConfiguration(),
        "sources": no_sources, "source_times": no_times, "orders": no_orders,
        "version": "0.0.0",
    }  # fmt: skip
    return Services(key_file=data_dir / "session.key", **{**doubled, **other})
