"""How long did agents handle calls today, and how long did they wait for one?

A `Workday` is what was heard of one person: the states that were named, the desk, and
the talks. Its sums are a function of the set of these, each with its own time: neither
order nor repetition matters. Only the newest `CHANGES_MAX` changes are kept; what is
older is summed, and a late event that is older still changes nothing.
"""

from __future__ import annotations

from bisect import insort
from dataclasses import dataclass, field
from operator import itemgetter
from typing import NamedTuple

from screenpop.domain.agent import AgentState, SaidBy
from screenpop.domain.call import CallKey
from screenpop.domain.local_time import QUARTER_US

CHANGES_MAX = 32
UNCHANGED_MAX_US = 24 * 3600 * 1_000_000
"""In the history: who never logs out does not work for longer."""

_BY_A_DESK, _OPENED, _CLOSED = 10, 11, 12  # after the words of a telephone system
STATE_ORDER = {state: place for place, state in enumerate(AgentState)}
_MOMENT = itemgetter(0, 1)


class Word(NamedTuple):
    """A state; None: a desk was opened, or the last one closed, as `order` says."""

    at_us: int
    order: int  # among words of one moment
    state: AgentState | None = None

    @property
    def what(self) -> str:
        if self.state is not None:
            return self.state.value.replace("_", "-")
        return "desk opened" if self.order == _OPENED else "desk closed"


def said(state: AgentState, at_us: int, by: SaidBy) -> Word:
    return Word(at_us, STATE_ORDER[state] if by == "telephone" else _BY_A_DESK, state)


def desk_opened(at_us: int, *, is_open: bool) -> Word:
    """A desk was opened, or the last one closed."""
    return Word(at_us, _OPENED if is_open else _CLOSED)


class Talk(NamedTuple):
    """From a person's answer to their release, hold included."""

    answered_us: int
    released_us: int | None  # None: it goes on
    queue: str
    is_inbound: bool


def occupancy(handle_us: int, available_us: int) -> float | None:
    """Handle time / (handle time + time available); None without both."""
    whole_us = handle_us + available_us
    return handle_us / whole_us if whole_us else None


Span = tuple[int, int, bool, bool]
"""From when until when a person handled a call (first flag) or waited for one."""


class Worked(NamedTuple):
    """The sums of one person's day; since `since_us` one of the times still grows.

    `answered` and `handled` are inbound calls, `talk_us` the talk and hold in those
    handled.
    """

    handle_us: int = 0
    available_us: int = 0
    answered: int = 0
    handled: int = 0
    talk_us: int = 0
    handles: bool = False
    waits: bool = False
    since_us: int = 0


@dataclass(slots=True)
class Workday:
    """One person's, from `day_us` on; all before `from_us` is in `summed`."""

    day_us: int = 0
    from_us: int = 0
    words: list[Word] = field(default_factory=list)
    talks: dict[CallKey, Talk] = field(default_factory=dict)
    summed: Worked = field(default_factory=Worked)
    state: Word = field(default_factory=lambda: Word(0, -1))  # the newest before
    desk: Word = field(default_factory=lambda: Word(0, -1))  # `from_us`
    last: tuple[int, str] = (0, "")  # of talks not kept: the last end, and its queue

    def say(self, state: AgentState, at_us: int, by: SaidBy) -> None:
        self.hear(said(state, at_us, by))

    def open_desk(self, at_us: int, *, is_open: bool) -> None:
        self.hear(desk_opened(at_us, is_open=is_open))

    def talk(self, key: CallKey, talk: Talk) -> None:
        """A talk looks like this now."""
        if key not in self.talks and talk.answered_us < self.from_us:
            if talk.answered_us >= self.day_us:
                return  # it is in `summed`, or came too late for it
            if talk.released_us is not None and talk.released_us <= self.from_us:
                self.last = max(self.last, (talk.released_us, talk.queue))
                return
        self.talks[key] = talk
        if len(self.words) + 2 * len(self.talks) > CHANGES_MAX:
            self._sum_older()

    def begin(self, day_us: int) -> bool:
        """A business day began: what was before it is not counted any more."""
        if day_us <= self.day_us:
            return False
        self.day_us, self.summed = day_us, Worked()
        self._leave(max(self.from_us, day_us))
        return True

    def last_queue(self) -> str:
        """The queue of the talk that ended last; empty without one."""
        last = self.last
        for _, released_us, queue, _ in self.talks.values():
            if released_us is not None and (released_us, queue) > last:
                last = released_us, queue
        return last[1]

    def worked(self, until_us: int | None = None) -> Worked:
        """The sums of the day; with a limit, of what was over by then."""
        _, _, answered, handled, talk_us, *_ = self.summed
        for begun_us, released_us, _, is_inbound in self.talks.values():
            if until_us is not None and not _is_over(begun_us, released_us, until_us):
                continue
            if is_inbound and begun_us >= self.day_us:
                answered += 1
                handled += released_us is not None
                talk_us += max(0, (released_us or begun_us) - begun_us)
        handle_us, available_us, handles, waits, since_us = self._times(until_us)
        return Worked(
            handle_us,
            available_us,
            answered,
            handled,
            talk_us,
            handles,
            waits,
            since_us,
        )

    def _times(self, until_us: int | None) -> tuple[int, int, bool, bool, int]:
        """Handle time, time available, which of them grows, and since when."""
        handle_us, available_us, *_ = self.summed
        begun_us, handles, waits = self.from_us, False, False
        for begun_us, ended_us, handles, waits in self.spans(until_us):
            handle_us += (ended_us - begun_us) * handles
            available_us += (ended_us - begun_us) * waits
        return handle_us, available_us, handles, waits, begun_us

    def spans(self, until_us: int | None) -> list[Span]:
        """What was done from `from_us` on; the last one, of no length, goes on."""
        found: list[Span] = []
        state, desk, talks, at_us = self.state, self.desk, 0, self.from_us
        handles = waits = False
        for moment_us, _, step, word in self._edges(until_us):
            if moment_us > at_us:
                found.append((at_us, moment_us, handles, waits))
                at_us = moment_us
            talks += step
            if word is not None:
                state = word if word.state is not None else state
                desk = word if word.order >= _BY_A_DESK else desk
            is_on_duty = state.order < _BY_A_DESK or desk.order != _CLOSED
            handles = is_on_duty and (
                state.state is AgentState.WRAP_UP
                or (talks > 0 and state.state not in (None, AgentState.OFFLINE))
            )
            waits = is_on_duty and not talks and state.state is AgentState.AVAILABLE
        found.append((at_us, at_us, handles, waits))
        return found

    def _edges(self, until_us: int | None) -> list[_Edge]:
        """What changed, in order; the beginning first, and the limit last."""
        edges: list[_Edge] = [(self.from_us, -1, 0, None)]
        for answered_us, released_us, _, _ in self.talks.values():
            edges.append((answered_us, -1, 1, None))
            if released_us is not None:
                edges.append((max(answered_us, released_us), -1, -1, None))
        for word in self.words:
            edges.append((word.at_us, word.order, 0, word))  # noqa: PERF401  calls nothing
        edges.sort(key=_MOMENT)
        if until_us is not None:
            edges = [edge for edge in edges if edge[0] < until_us]
            edges.append((until_us, -1, 0, None))
        return edges

    def hear(self, word: Word) -> None:
        if word.at_us < self.from_us:
            self._keep(word)
        elif word not in self.words:
            insort(self.words, word, key=_MOMENT)
            if len(self.words) + 2 * len(self.talks) > CHANGES_MAX:
                self._sum_older()

    def _keep(self, word: Word) -> None:
        """What holds at `from_us`: the newest word of the state and of the desk."""
        if word.state is not None and _MOMENT(word) >= _MOMENT(self.state):
            self.state = word
        if word.order >= _BY_A_DESK and _MOMENT(word) >= _MOMENT(self.desk):
            self.desk = word

    def _sum_older(self) -> None:
        """Sum the older half of what is kept."""
        until_us = self._middle_us()
        if until_us > self.from_us:
            self.summed = self.worked(until_us)
            self._leave(until_us)

    def _middle_us(self) -> int:
        edges = self._edges(None)
        return edges[len(edges) // 2][0]

    def _leave(self, until_us: int) -> None:
        self.from_us = until_us
        older = [word for word in self.words if word.at_us < until_us]
        for word in older:
            self._keep(word)
        del self.words[: len(older)]
        over = [
            (key, (talk.released_us, talk.queue))
            for key, talk in self.talks.items()
            if talk.released_us is not None
            and _is_over(talk.answered_us, talk.released_us, until_us)
        ]
        for key, ended in over:
            del self.talks[key]
            self.last = max(self.last, ended)


class WorkLog(Workday):
    """One person's over many days; what is old is left only by `shorten`."""

    __slots__ = ()

    @property
    def heard_us(self) -> int:
        """When the newest change was."""
        newest_us = max(self.from_us, self.words[-1].at_us if self.words else 0)
        for answered_us, released_us, _, _ in self.talks.values():
            newest_us = max(newest_us, answered_us, released_us or 0)
        return newest_us

    @property
    def is_full(self) -> bool:
        return len(self.words) + 2 * len(self.talks) > CHANGES_MAX

    def shorten(self) -> None:
        """Leave the oldest: no more than `CHANGES_MAX` changes are kept."""
        while self.is_full:
            until_us = self._middle_us()
            if until_us <= self.from_us:
                return
            self._leave(until_us)

    def leave(self, until_us: int) -> None:
        """Leave what was before."""
        self._leave(max(until_us, self.from_us))

    def quarters(self) -> dict[int, tuple[int, int]]:
        """Handle time and time available by quarter of an hour of UTC.

        Of a time in which nothing changes, the first `UNCHANGED_MAX_US` count.
        """
        found: dict[int, tuple[int, int]] = {}
        for at_us, until_us, handles, waits in self.spans(None):
            if not (handles or waits):
                continue
            goes_on = until_us == at_us  # the last one
            until_us = at_us + UNCHANGED_MAX_US if goes_on else until_us
            until_us = min(until_us, at_us + UNCHANGED_MAX_US)
            while at_us < until_us:
                quarter_us = at_us - at_us % QUARTER_US
                end_us = min(until_us, quarter_us + QUARTER_US)
                handle_us, available_us = found.get(quarter_us, (0, 0))
                found[quarter_us] = (
                    handle_us + (end_us - at_us) * handles,
                    available_us + (end_us - at_us) * waits,
                )
                at_us = end_us
        return found

    def _sum_older(self) -> None:
        """Not by itself: what is left must have been counted."""


def _is_over(begun_us: int, released_us: int | None, by_us: int) -> bool:
    """A talk of no length belongs to what begins at its moment."""
    return begun_us < by_us and released_us is not None and released_us <= by_us


_Edge = tuple[int, int, int, Word | None]
"""When, its order in that moment, how many talks more, and what was said."""


class WorkSums:
    """The sums of several people, and how they grow."""

    __slots__ = (
        "_handling",
        "_handling_since_us",
        "_waiting",
        "_waiting_since_us",
        "answered",
        "available_us",
        "handle_us",
        "handled",
        "talk_us",
    )  # fmt: skip

    def __init__(self) -> None:
        self.handle_us = self.available_us = 0
        self.answered = self.handled = self.talk_us = 0
        self._handling = self._handling_since_us = 0
        self._waiting = self._waiting_since_us = 0

    def add(self, worked: Worked, sign: int = 1) -> None:
        self.handle_us += sign * worked.handle_us
        self.available_us += sign * worked.available_us
        self.answered += sign * worked.answered
        self.handled += sign * worked.handled
        self.talk_us += sign * worked.talk_us
        if worked.handles:
            self._handling += sign
            self._handling_since_us += sign * worked.since_us
        if worked.waits:
            self._waiting += sign
            self._waiting_since_us += sign * worked.since_us

    @property
    def sums(self) -> tuple[int, ...]:
        return (
            self.handle_us, self.available_us, self.answered, self.handled,
            self.talk_us, self._handling, self._handling_since_us,
            self._waiting, self._waiting_since_us,
        )  # fmt: skip

    def occupancy(self, now_us: int) -> float | None:
        """Handle time / (handle time + time available); None without both."""
        handle_us = self.handle_us + self._handling * now_us - self._handling_since_us
        waiting_us = self.available_us + self._waiting * now_us - self._waiting_since_us
        return occupancy(max(0, handle_us), max(0, waiting_us))
