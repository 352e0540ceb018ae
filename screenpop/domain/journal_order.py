"""Which occurrence does an event belong to, where several nodes decided at once?

Each node places an event before it is journalled, by what it has read so far. Two nodes
may so begin two occurrences of one call, or one continues a call of which the other
has the end. An event therefore says up to which offset its node had read (`seen`).
Where another node journalled a begin or an end of that name in between, the decision
is made again as the event is folded: from journalled facts alone, so at every node and
in each replay the same. Limits are the defaults here: two nodes may be configured
differently for a while.

Only for a journal that several nodes share; see docs/decisions/call-occurrences.md.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable

import msgspec
from msgspec.structs import replace

from screenpop.domain.call import (
    CONTENT_ID,
    LIMIT_CAUSES,
    CallEvent,
    CallName,
    EventType,
    Scope,
)
from screenpop.domain.occurrences import (
    BEGINS,
    UNPLACED,
    NewestOf,
    PlacingLimits,
    other_outside_number,
)

NAMES_MAX = 20_000  # begun or ended last; nodes are seconds behind, not hours
NODES_MAX = 8
RENAMED_MAX = 8
_GRACE_US = PlacingLimits().reuse_grace_s * 1e6


class BegunOccurrence(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """The newest occurrence of one name, as the journal has it."""

    occurrence: int
    before: int = 0
    began_us: int = 0
    ended_us: int = 0
    ended_line_us: int | None = None  # by the line's own clock
    caller: str | None = None
    changed: tuple[tuple[str, int], ...] = ()
    """For each node the offset of its newest event that began or ended the call; under
    "" where the decision was made as the event was folded."""
    renamed: tuple[tuple[int, int], ...] = ()
    """Occurrences that were begun at the same time, and what they are now."""


SavedBegin = tuple[CallName, BegunOccurrence]


class JournalOrder:
    """`place` is called with each event, in the order of the journal."""

    def __init__(self) -> None:
        self._names: OrderedDict[CallName, BegunOccurrence] = OrderedDict()
        self._shared: dict[CallName, BegunOccurrence | None] = {}
        """What the shared journal has of names that an event placed alone changed."""

    def place(self, offset: int, event: CallEvent, *, alone: bool = False) -> CallEvent:
        """The event with the occurrence that it has everywhere.

        One placed `alone` is not in the shared journal yet: no other event of the
        journal is decided by it, until it comes back. What the journal has of a name
        decides for the next one placed alone, too.
        """
        if event.type is EventType.AGENT_STATE:
            return event
        name = (event.line, event.call_id)
        known = self._names.get(name)
        if not alone:
            known = self._shared.get(name, known)
        occurrence = self._occurrence(known, event)
        now = self._after(known, offset, event, occurrence)
        if alone and now is not known:
            self._shared.setdefault(name, known)
        elif not alone and name in self._shared:
            self._shared[name] = now
        if now is not known or not alone:
            self._keep(name, now)
        return renumbered(event, occurrence)

    def rejoin(self) -> None:
        """Forget what was placed alone: the journal returns it in its own order."""
        shared, self._shared = self._shared, {}
        for name, known in shared.items():
            if known is None:
                self._names.pop(name, None)
            else:
                self._names[name] = known

    def newest(self, name: CallName) -> BegunOccurrence | None:
        return self._names.get(name)

    def saved(self) -> list[SavedBegin]:
        return list(self._names.items())

    def restore(self, saved: Iterable[SavedBegin]) -> None:
        self._names.update(saved)

    def _occurrence(self, known: BegunOccurrence | None, event: CallEvent) -> int:
        own = event.occurrence
        number = event.received_us // 1000
        if known is None:
            return number if own == UNPLACED else own
        if own != UNPLACED and not _outdated(known, event):
            decided = dict(known.renamed).get(own, own)
            if decided <= known.occurrence or event.type in BEGINS:
                return decided  # else its first event was not journalled
        if not _begins_anew(known, event):
            return known.before if _is_before(known, event) else known.occurrence
        fresh = own > known.occurrence and own not in dict(known.renamed)
        return own if fresh else max(number, known.occurrence + 1)

    def _keep(self, name: CallName, now: BegunOccurrence) -> None:
        if self._names.get(name) is now:
            return
        self._names[name] = now
        self._names.move_to_end(name)
        if len(self._names) > NAMES_MAX:
            self._names.popitem(last=False)

    def _after(
        self,
        known: BegunOccurrence | None,
        offset: int,
        event: CallEvent,
        occurrence: int,
    ) -> BegunOccurrence:
        """What later decisions of this name need."""
        now, given = known, event.occurrence
        changed = now is None or occurrence > now.occurrence
        if now is None or changed:
            now = _begun(now, event, occurrence)
        if occurrence == now.occurrence:
            if given not in (UNPLACED, now.occurrence, now.before):
                now = _renamed(now, given)
            if now.caller is None and event.caller is not None:
                now = replace(now, caller=event.caller)
            if _ends(event):
                changed = True
                now = _ended(now, event)
        if changed:
            by = event.node if occurrence == given else None  # else it does not know
            now = _changed(now, by or "", offset)
        return now


def renumbered(event: CallEvent, occurrence: int) -> CallEvent:
    """The event in that occurrence; a content id names it, too."""
    given = event.occurrence
    if given == occurrence:
        return event
    content, mark, times = event.event_id.partition("~")
    event_id = event.event_id
    if content.startswith(CONTENT_ID) and content.endswith(f"-{given}"):
        event_id = f"{content.removesuffix(str(given))}{occurrence}{mark}{times}"
    return replace(event, occurrence=occurrence, event_id=event_id)


def agree(newest: NewestOf, known: BegunOccurrence) -> None:
    """This node began an occurrence that the journal has as `known`: go on with it."""
    newest.occurrence, newest.before = known.occurrence, known.before
    newest.began_us = known.began_us
    if newest.ended_us < max(known.began_us, known.ended_us):  # else: on its way
        newest.ended_us, newest.ended_line_us = known.ended_us, known.ended_line_us
    newest.caller = known.caller


def _outdated(known: BegunOccurrence, event: CallEvent) -> bool:
    """Did another node begin or end the call, and this event's node had not read it?

    An event without `seen` continues what its node has in its book: it is not placed.
    """
    if event.seen is None:
        return False
    return any(
        offset > event.seen and node != event.node for node, offset in known.changed
    )


def _begins_anew(known: BegunOccurrence, event: CallEvent) -> bool:
    """As `Occurrences` decides, by the times that the journal holds."""
    if event.type not in BEGINS or not known.ended_us:
        return False
    after_us = _at_us(event) - known.ended_us
    if _has_line_time(event) and known.ended_line_us is not None:
        line_us = event.at_us - event.clock_us
        after_us = max(after_us, line_us - known.ended_line_us)
    if other_outside_number(known.caller, event.caller):
        return after_us > 0
    return after_us > _GRACE_US


def _is_before(known: BegunOccurrence, event: CallEvent) -> bool:
    """A late event of the occurrence before this one?"""
    dated = event.at_given and event.occurrence != UNPLACED
    return bool(known.before) and dated and event.at_us < known.began_us - _GRACE_US


def _at_us(event: CallEvent) -> int:
    """By our clock: what was not placed has only its line's own time."""
    return event.received_us if event.occurrence == UNPLACED else event.at_us


def _has_line_time(event: CallEvent) -> bool:
    return event.at_given and event.reported_as is None


def _ends(event: CallEvent) -> bool:
    whole = event.type is EventType.ENDED and event.scope is Scope.CALL
    return whole and event.cause not in LIMIT_CAUSES


def _begun(
    known: BegunOccurrence | None, event: CallEvent, occurrence: int
) -> BegunOccurrence:
    new = BegunOccurrence(
        occurrence=occurrence, began_us=_at_us(event), caller=event.caller
    )
    if known is None:
        return new
    return replace(
        new,
        before=known.occurrence,
        changed=known.changed,
        renamed=known.renamed,
    )


def _changed(now: BegunOccurrence, node: str, offset: int) -> BegunOccurrence:
    others = [each for each in now.changed if each[0] != node]
    return replace(now, changed=(*others[1 - NODES_MAX :], (node, offset)))


def _renamed(now: BegunOccurrence, given: int) -> BegunOccurrence:
    if dict(now.renamed).get(given) == now.occurrence:
        return now
    renamed = (*now.renamed, (given, now.occurrence))[-RENAMED_MAX:]
    return replace(now, renamed=renamed)


def _ended(now: BegunOccurrence, event: CallEvent) -> BegunOccurrence:
    line_us = event.at_us - event.clock_us if _has_line_time(event) else None
    return replace(
        now,
        ended_us=max(now.ended_us, _at_us(event)),
        ended_line_us=now.ended_line_us if line_us is None else line_us,
    )
