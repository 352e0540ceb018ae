"""Which frames leave for which browsers, and what do browsers bring in?

The hub holds the sessions of this node and hands every frame of the desk to the
sessions of its person, encoded once. It runs in the event loop and never waits
for a browser.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from dataclasses import replace as changed

import msgspec
from msgspec.structs import replace

from screenpop.desk import close_codes, commands, frames, render
from screenpop.desk.case import Pop
from screenpop.desk.close_codes import CloseFrame
from screenpop.desk.desk import Desk, Outgoing
from screenpop.desk.finding import CustomerFinder
from screenpop.desk.hub_tools import HubTools as HubTools
from screenpop.desk.presence import AgentStates, Presence, Said
from screenpop.desk.session import Session, SessionKind, SessionLimits, Transport
from screenpop.desk.watchers import Watchers
from screenpop.domain.agent import AgentState, Role, User, UserId
from screenpop.domain.call import LegState
from screenpop.domain.directory import Directory, principal
from screenpop.domain.errors import BadInput, Overloaded, Unavailable
from screenpop.journal.records import ActionRecord

log = logging.getLogger(__name__)

RESUME_COSTS = 20  # frames: it may bring the whole desk again


class Hub:
    def __init__(self, desk: Desk, tools: HubTools):
        self.desk = desk
        self.offset = 0
        self._tools = tools
        self._sessions: dict[UserId, list[Session]] = {}
        self.watchers = Watchers()
        self.finding = CustomerFinder(
            tools.search, tools.clock, tools.searches_per_minute
        )
        self.states = AgentStates()
        self._telephones: dict[UserId, frames.Telephone] = {}  # as they were told
        self.presence = Presence(tools.clock, tools.desk_grace_s)
        desk.listens = self._sessions.__contains__

    @property
    def directory(self) -> Directory:
        return self.desk.directory

    def __len__(self) -> int:
        return sum(map(len, self._sessions.values())) + len(self.watchers)

    def switch(
        self,
        hello: Callable[[User, int], frames.Hello],
        rules: commands.CommandRules,
        wallboard: Callable[[], bytes],
        limits: SessionLimits,
        searches_per_minute: int,
    ) -> None:
        """Greet, judge commands and begin wallboards like this from now on."""
        self._tools = changed(
            self._tools, hello=hello, rules=rules, wallboard=wallboard, limits=limits
        )
        self.finding.per_minute = searches_per_minute
        for session in self._all():
            session.limits = limits

    def desks(self) -> list[Session]:
        return [each for mine in self._sessions.values() for each in mine]

    def greet(self, session: Session) -> None:
        """Its page learns what it may show; again when that changed."""
        hello = self.hello(session.user)
        session.write(frames.encode(replace(hello, recalls=session.recalls)))

    def hello(self, user: User) -> frames.Hello:
        return self._tools.hello(user, self.offset)

    def cut_all(self, least: Role = Role.AGENT) -> None:
        """Browsers of people with that role come again, to this node or to another."""
        for session in [*self._all()]:
            if session.user.role.includes(least):
                session.cut_off(close_codes.RESTART)

    async def close(self) -> None:
        self.cut_all()
        await asyncio.sleep(0)  # those who wait for a message see their end

    def deliver(
        self, offset: int, outgoing: Iterable[Outgoing], moved: Iterable[UserId] = ()
    ) -> None:
        """Hand frames to the sessions of their people; equal frames encode once.

        `moved` are people whose calls changed: their desks are told, in the same
        piece, when their telephone's state did.
        """
        self.offset = max(self.offset, offset)
        encoded: dict[int, bytes] = {}
        due: dict[Session, list[bytes]] = {}
        for item in outgoing:
            sessions = self._sessions.get(item.user)
            if not sessions:
                continue
            data = encoded.get(id(item.frame))
            if data is None:
                data = encoded[id(item.frame)] = frames.encode(item.frame)
            for session in sessions:
                if session.resumed:
                    due.setdefault(session, []).append(data)
            if item.opens is not None:
                self._pushed(item.opens)
        for user in moved:
            if user in self._sessions:
                self._tell_telephone(user, due)
        for session, encoded_frames in due.items():
            session.seen = offset
            session.write(*encoded_frames)
            self._tools.metrics.frames_sent.inc(len(encoded_frames))

    def rejoin(self, offset: int) -> None:
        """Offsets go on from there: each desk is brought as a whole."""
        self.offset = offset
        self.bring_whole(offset, [*self._sessions])

    def bring_whole(self, offset: int, people: Iterable[UserId]) -> None:
        """Their desks as they are now, in place of what they were sent."""
        self.offset = max(self.offset, offset)
        for user in people:
            for session in [*self._sessions.get(user, ())]:
                if session.resumed:
                    session.seen = self.offset
                    whole = self._resync(session.username, "other_journal")
                    session.write(frames.encode(whole))

    def agent_said(self, user: UserId, said: Said) -> None:
        """A person, or the telephone system for them, named a state."""
        if said.by == "desk" and said.state is not AgentState.OFFLINE:
            self.presence.named_a_state(user)
        if self.states.say(user, said):
            self.tell_agent(user)

    def _tell_telephone(self, user: UserId, due: dict[Session, list[bytes]]) -> None:
        now = self._telephone(user)
        if self._telephones.get(user, "idle") != now:
            self._telephones[user] = now
            self._tell_agent(user, due)

    def tell_agent(self, user: UserId) -> None:
        """Send a person's own state to their desks."""
        due: dict[Session, list[bytes]] = {}
        self._tell_agent(user, due)
        for session, encoded_frames in due.items():
            session.write(*encoded_frames)

    def _tell_agent(self, user: UserId, due: dict[Session, list[bytes]]) -> None:
        sessions = [s for s in self._sessions.get(user, ()) if s.resumed]
        if sessions and (frame := self._agent_frame(sessions[0].user)) is not None:
            data = frames.encode(frame)
            for session in sessions:
                due.setdefault(session, []).append(data)

    def tell_recalls(self) -> None:
        """Send each person how many callers wait for them, where that changed."""
        for sessions in [*self._sessions.values()]:
            waiting = self._tools.recalls(sessions[0].user)
            for session in [*sessions]:
                self._tell_recalls(session, waiting)

    def _tell_recalls(self, session: Session, waiting: int) -> None:
        if session.resumed and session.recalls != waiting:
            session.recalls = waiting
            frame = frames.RecallsWaiting(offset=self.offset, waiting=waiting)
            session.write(frames.encode(frame))

    def presence_due(self) -> list[ActionRecord]:
        """What to journal of people who have a desk open, or none any more."""
        people = {u for u, mine in self._sessions.items() if mine[0].user.agents}
        return self.presence.due(people)

    def log_out_record(self, user: User) -> ActionRecord | None:
        """What a log-out means for the person's state; None when nothing.

        A state that the telephone system reports stays.
        """
        said = self.states.get(user.username)
        if said.by == "telephone" or said.state is AgentState.OFFLINE:
            return None
        frame = frames.SetAgentState(state="offline")
        return commands.state_record(frame, user, self._tools.clock.now_us())

    def users_changed(self) -> None:
        """Sessions of people who may no longer be here end; so do cards of others.

        Whoever comes again gets the desk as it is then.
        """
        self.desk.users_changed(self.offset)
        for session in [*self._all()]:
            user = self.directory.users.get(session.username)
            if user is None or user.token_epoch != session.user.token_epoch:
                session.cut_off(close_codes.LOGGED_OUT)
            elif session.user.agents != user.agents:
                session.user = user
                self.tell_agent(user.username)
            else:
                session.user = user

    async def serve(self, user: User, transport: Transport, kind: SessionKind) -> None:
        """Carry one browser until it is gone."""
        if kind == "wallboard" and not user.role.includes(Role.SUPERVISOR):
            transport.say_goodbye(*close_codes.FORBIDDEN)
            return
        session = Session(user, transport, kind, self._tools.limits, self._cut)
        self._enter(session)
        try:
            session.recalls = self._tools.recalls(user)
            self.greet(session)
            while session.cut is None:
                message = await transport.receive()
                if message is None:
                    break
                await self._receive(session, message)
        finally:
            self._leave(session)

    def _all(self) -> Iterable[Session]:
        for sessions in self._sessions.values():
            yield from sessions
        yield from self.watchers

    def _enter(self, session: Session) -> None:
        if session.kind == "wallboard":
            self.watchers.enter(session)
            return
        mine = self._sessions.setdefault(session.username, [])
        mine.append(session)
        opened = self.presence.came(session.username)
        if opened is not None and session.user.agents:
            self._tools.door.keep_some_time(opened)
        if len(mine) > self._tools.limits.sessions_per_user_max:
            mine[0].cut_off(close_codes.REPLACED)

    def _leave(self, session: Session) -> None:
        if session.kind == "wallboard":
            self.watchers.leave(session)
            return
        self.finding.leave(session)
        mine = self._sessions.get(session.username, [])
        if session in mine:
            mine.remove(session)
        if not mine:
            self._sessions.pop(session.username, None)

    def _cut(self, session: Session, code: CloseFrame) -> None:
        if code is close_codes.SLOW:
            self._tools.metrics.outbox_overflows.inc()
        self._leave(session)
        log.info("a session closed: %s", code.reason)
        session.transport.say_goodbye(*code)

    async def _receive(self, session: Session, message: str | bytes) -> None:
        if not session.may_receive(self._tools.clock):
            session.cut_off(close_codes.FLOOD)
            return
        try:
            frame = frames.decode_client(message)
        except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
            self._bad_frame(session, error)
            return
        try:
            await self._carry_out(session, frame)
        except BadInput as error:
            self._refuse(session, frame, error.code, str(error), error.remedy)
        except (Overloaded, Unavailable) as error:
            remedy = "Nothing was lost on your page; it is tried again."
            self._refuse(session, frame, "unavailable", str(error), remedy)

    async def _carry_out(self, session: Session, frame: frames.ClientFrame) -> None:
        match frame:
            case frames.Resume():
                if not session.may_receive(self._tools.clock, RESUME_COSTS):
                    session.cut_off(close_codes.FLOOD)
                    return
                self._resume(session, frame)
            case frames.Ack():
                self._acknowledge(session, frame)
            case _ if session.kind == "wallboard":
                raise BadInput("a wallboard only watches", code="watch_only")
            case frames.Find():
                self.finding.find(session, frame, self.offset)
            case (
                frames.Choose()
                | frames.Note()
                | frames.NoteForNext()
                | frames.CallBackAt()
                | frames.Disposition()
                | frames.MarkOffers()
                | frames.FacetsSeen()
                | frames.SetAgentState()
            ):
                await self._command(session, frame)

    async def _command(self, session: Session, command: commands.Command) -> None:
        pop = found = None
        if isinstance(command, frames.Choose):
            found = await self.finding.candidate(session, command)
        if not isinstance(command, frames.SetAgentState):
            pop = self._meant(session, command)
        record = commands.record_of(
            command,
            session.user,
            pop,
            self.desk.case_of(pop) if pop is not None else None,
            self._tools.rules,
            self._tools.clock.now_us(),
            found,
        )
        offset = await self._tools.door.keep(record)
        if command.id is not None:
            done = frames.Done(offset=offset, reply_to=command.id)
            session.write(frames.encode(done))

    def _meant(self, session: Session, frame: frames.OfACall) -> Pop | None:
        return self.desk.pop_of(
            session.username, frame.call_id, frame.line, frame.occurrence
        )

    def _resume(self, session: Session, frame: frames.Resume) -> None:
        """Bring the browser up to date, then let it hear everything."""
        session.resumed = True
        if session.kind == "wallboard":
            self.watchers.begin(session, self._tools.wallboard())
            return
        self._telephones[session.username] = self._telephone(session.username)
        missed = [*self._catch_up(session.username, frame.after)]
        agent = self._agent_frame(session.user)
        if agent is not None:
            missed.append(agent)
        if missed:
            session.write(*map(frames.encode, missed))
        self._tell_recalls(session, self._tools.recalls(session.user))

    def _catch_up(self, user: UserId, after: int) -> Iterable[frames.ServerFrame]:
        if after <= 0:
            return [self._resync(user, "first")]
        if after > self.offset or self._tools.door.lost(after):
            return [self._resync(user, "other_journal")]
        missed = self.desk.missed(user, after)
        return [self._resync(user, "too_old")] if missed is None else missed

    def _resync(self, user: UserId, reason: frames.ResyncReason) -> frames.Resync:
        return frames.Resync(
            offset=self.offset, pops=self.desk.present(user), reason=reason
        )

    def _agent_frame(self, user: User) -> frames.AgentUpdated | None:
        agent = principal(user)
        if agent is None:
            return None
        said = self.states.get(user.username)
        return frames.AgentUpdated(
            offset=self.offset,
            agent=agent,
            name=user.name,
            state=said.state.value,
            telephone=self._telephone(user.username),
            since=render.iso(said.since_us) if said.since_us else "",
            reason=said.reason or None,
        )

    def _telephone(self, user: UserId) -> frames.Telephone:
        """One who talks is not shown as held, one with a held call not as alerting."""
        found: frames.Telephone = "idle"
        for pop in self.desk.open_pops.get(user, {}).values():
            match pop.leg.state:
                case LegState.ANSWERED:
                    return "talking"
                case LegState.HELD:
                    found = "held"
                case LegState.ALERTING if found == "idle":
                    found = "alerting"
        return found

    def _acknowledge(self, session: Session, ack: frames.Ack) -> None:
        """The card is on screen: measure it once, from the event's receipt."""
        pop = self._meant(session, ack)
        if pop is None or pop.acked or ack.offset < pop.opened:
            return
        self.desk.acknowledged(pop)
        now_us = self._tools.clock.now_us()
        ms = max(0, now_us - pop.received_us) / 1000
        self._tools.metrics.ring_to_pop_s.observe(ms / 1000)
        receipt = commands.receipt_of(ack, session.user, pop, ms, now_us)
        self._tools.door.keep_some_time(receipt)

    def _pushed(self, pop: Pop) -> None:
        self._tools.metrics.pops.inc()
        spent_us = max(0, self._tools.clock.now_us() - pop.received_us)
        self._tools.metrics.first_push_s.observe(spent_us / 1e6)

    def _bad_frame(self, session: Session, error: Exception) -> None:
        session.bad_frames += 1
        if session.bad_frames > self._tools.limits.bad_frames_max:
            session.cut_off(close_codes.BAD_FRAMES)
            return
        refusal = frames.Error(
            offset=self.offset,
            code="bad_frame",
            message=f"the frame cannot be read: {str(error)[:200]}",
            remedy="See docs/frames.md for the client frames.",
        )
        session.write(frames.encode(refusal))

    def _refuse(
        self,
        session: Session,
        frame: frames.ClientFrame,
        code: str,
        message: str,
        remedy: str,
    ) -> None:
        refusal = frames.Error(
            offset=self.offset,
            code=code,
            message=message,
            remedy=remedy,
            call_id=getattr(frame, "call_id", None),
            line=getattr(frame, "line", None),
            occurrence=getattr(frame, "occurrence", None),
            reply_to=frame.id,
        )
        session.write(frames.encode(refusal))
