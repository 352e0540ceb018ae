"""A small call centre around the hub: people, browsers, calls, one journal."""

from __future__ import annotations

import asyncio
import dataclasses
from collections import deque
from typing import Any

import msgspec
from msgspec.structs import replace

from screenpop.desk import frames
from screenpop.desk.case import Case
from screenpop.desk.commands import CommandRules
from screenpop.desk.desk import Desk
from screenpop.desk.hub import Hub, HubTools
from screenpop.desk.presence import DESK
from screenpop.desk.session import SessionLimits
from screenpop.domain.agent import AgentPrivacy, Role, User, UserId
from screenpop.domain.call import AgentId, Call, CallEvent, CallId, EventType, LineId
from screenpop.domain.call_state import CallBook, Change
from screenpop.domain.directory import Directory, principal
from screenpop.domain.phone import E164, Ani, Dnis, Parties
from screenpop.domain.profile import Facet, FieldState, Profile
from screenpop.domain.recall import OpenPromise
from screenpop.journal.records import ActionRecord, AnswersRecord
from screenpop.support.clock import FakeClock
from screenpop.support.tasks import TaskOwner

Frame = dict[str, Any]


class Browser:
    """One tab: what it was sent, and what it sends."""

    def __init__(self) -> None:
        self.frames: list[Frame] = []
        self.closed: tuple[int, str] | None = None
        self.stuck_bytes = 0
        self.stuck = False
        self._inbox: deque[str | None] = deque()
        self._wake = asyncio.Event()

    def write(self, *frames: bytes) -> None:
        if self.stuck:
            self.stuck_bytes += sum(map(len, frames))
        else:
            self.frames += map(msgspec.json.decode, frames)

    def buffered_bytes(self) -> int:
        return self.stuck_bytes

    async def receive(self) -> str | None:
        while not self._inbox:
            self._wake.clear()
            await self._wake.wait()
        return self._inbox.popleft()

    def say_goodbye(self, code: int, reason: str) -> None:
        self.closed = self.closed or (code, reason)
        self.leave()

    async def send(self, frame: str, **keys: object) -> None:
        await self.send_text(msgspec.json.encode({"frame": frame, **keys}).decode())

    async def send_text(self, text: str) -> None:
        self._inbox.append(text)
        self._wake.set()
        for _ in range(10):
            await asyncio.sleep(0)

    def leave(self) -> None:
        self._inbox.append(None)
        self._wake.set()

    def named(self, name: str) -> list[Frame]:
        return [frame for frame in self.frames if frame["frame"] == name]

    @property
    def last_offset(self) -> int:
        return max(int(frame["offset"]) for frame in self.frames)


class Floor:
    """The people, their telephones, and everything that happens to them."""

    def __init__(self, *, pops_max: int = 3, **limits: float):
        self.clock = FakeClock()
        self.offset = 0
        self.journal: list[ActionRecord] = []
        self.tasks = TaskOwner("floor")
        users = [
            _user("ana", "1001"),
            _user("ben", "1002"),
            _user("sue", role=Role.SUPERVISOR),
        ]
        self.users = {user.username: user for user in users}
        self.book = CallBook()
        self.promises: dict[str | None, OpenPromise] = {}
        self.desk = Desk(
            Directory(users, AgentPrivacy(live=Role.AGENT)),
            profile_of=_profile,
            pops_per_user_max=pops_max,
            promise_of=self.promises.get,
        )
        self.hub = Hub(
            self.desk,
            HubTools(
                clock=self.clock,
                door=self,  # type: ignore[arg-type]
                hello=self._hello,
                wallboard=lambda: b'{"frame":"wallboard.snapshot","offset":0}',
                rules=CommandRules(dispositions=["sold"], note_chars_max=100),
                limits=SessionLimits(**limits),  # type: ignore[arg-type]
            ),
        )

    async def sign_in(
        self, name: str, after: int = 0, kind: str = "agent", resume: bool = True
    ) -> Browser:
        browser = Browser()
        user = self.users[UserId(name)]
        self.tasks.spawn(
            self.hub.serve(user, browser, kind),  # type: ignore[arg-type]
            name=f"browser of {name}",
        )
        await asyncio.sleep(0)
        if resume:
            await browser.send("resume", after=after)
        return browser

    def change(self, name: str, **values: Any) -> None:
        """An administrator gave a person other rights: their epoch rises."""
        before = self.users[UserId(name)]
        epoch = before.token_epoch + 1
        self.users[before.username] = dataclasses.replace(
            before, token_epoch=epoch, **values
        )
        self.hub.directory.replace(self.users.values())
        self.hub.users_changed()

    def move(self, name: str, *agents: str) -> None:
        """A person goes to other telephones."""
        before = self.users[UserId(name)]
        ids = frozenset(map(AgentId, agents))
        self.users[before.username] = dataclasses.replace(before, agents=ids)
        self.hub.directory.replace(self.users.values())
        self.hub.users_changed()

    def tell(self, kind: str, call_id: str, *agents: str, **more: Any) -> None:
        """One event of a call, folded in as the follower would."""
        self.clock.advance(1)
        self.offset += 1
        event = CallEvent(
            type=EventType(kind),
            line=LineId("main"),
            call_id=CallId(call_id),
            event_id=f"e{self.offset}",
            at_us=self.clock.now_us(),
            received_us=self.clock.now_us(),
            agents=tuple(AgentId(agent) for agent in agents),
        )
        event = replace(event, **more)
        change = self.book.apply(self.hub.directory.with_people(event))
        if change is not None:
            self._fold(event, change)
            for other in self.book.dependents(change.after):
                self._fold(event, Change(before=other, after=other))
        self.hub.offset = self.offset

    def _fold(self, event: CallEvent, change: Change) -> None:
        root, call = self.book.root(change.after), self.book.with_customer(change.after)
        about = None if root is change.after else root.key
        change = replace(change, after=call)
        sent = self.desk.event(self.offset, event, change, _parties(call), None, about)
        self.hub.deliver(self.offset, sent)

    def answered(self, call_id: str, part: int = 0, **facets: str) -> None:
        """Lookups landed: each facet's source note says the text."""
        from screenpop.domain.profile import Answer, LookupOutcome

        self.offset += 1
        record = AnswersRecord(
            line="main",
            call_id=CallId(call_id),
            round="r1",
            part=part,
            at_us=self.clock.now_us(),
            answers=tuple(
                Answer(
                    lookup=name,
                    source="erp",
                    facet=name,
                    outcome=LookupOutcome.OK,
                    rows=({"text": text},),
                )
                for name, text in facets.items()
            ),
        )
        self.hub.deliver(self.offset, self.desk.answers(self.offset, record))
        self.hub.offset = self.offset

    def recommended(self, call_id: str, *items: str) -> None:
        """The engine answered with offers."""
        from screenpop.domain.profile import Answer, LookupOutcome

        self.offset += 1
        rows = tuple(
            {"sku": item, "product": item, "basis": "own", "model": "m1"}
            for item in items
        )
        record = AnswersRecord(
            line="main",
            call_id=CallId(call_id),
            round="r1",
            part=0,
            at_us=self.clock.now_us(),
            answers=(
                Answer(
                    lookup="recommendations",
                    source="insight",
                    facet="recommendations",
                    outcome=LookupOutcome.OK,
                    rows=rows,
                ),
            ),
        )
        self.hub.deliver(self.offset, self.desk.answers(self.offset, record))
        self.hub.offset = self.offset

    async def keep(self, record: ActionRecord) -> int:
        """As the door to the journal."""
        self.offset += 1
        self.journal.append(record)
        self.hub.deliver(self.offset, self.desk.action(self.offset, record))
        return self.offset

    def lost(self, offset: int) -> bool:
        return False

    def keep_some_time(self, record: ActionRecord) -> None:
        """Receipts; that a desk opened has tests of its own."""
        if record.action != DESK:
            self.journal.append(record)

    def _hello(self, user: User, offset: int) -> frames.Hello:
        return frames.Hello(
            offset=offset,
            user=user.username,
            name=user.name,
            role=user.role.value,
            agent=principal(user),
            version="0",
            server_time="",
            heartbeat_s=20,
        )


def _user(name: str, *agents: str, role: Role = Role.AGENT) -> User:
    return User(
        username=UserId(name),
        name=name.title(),
        role=role,
        agents=frozenset(AgentId(agent) for agent in agents),
    )


def _parties(call: Call) -> Parties:
    return Parties(ani=Ani(raw="", number=E164(call.caller or "")), dnis=Dnis(raw=""))


def _profile(case: Case) -> Profile:
    return Profile(
        facets={
            name: Facet(state=FieldState.FRESH, rows=answer.rows)
            for name, answer in case.answers.items()
        }
    )
