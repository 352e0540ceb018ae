"""Which calls belong together: legs of a transfer, one call seen by two lines?

A transfer's second call, or an agent's consultation, names the customer's call or is
named by it. Calls joined in this way that have no outside party of their own are
about the customer of the one that has. It depends on the calls alone, not on which
was heard of first.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping

import msgspec
from msgspec.structs import replace

from screenpop.domain.call import (
    Call,
    CallId,
    CallKey,
    CallName,
    Direction,
    LineId,
    is_extension,
)

RELATED_MAX = 32  # calls looked at for one: more is not a chain of transfers


class RelatedCalls:
    """Who names whom among the calls that `newest` finds by name."""

    def __init__(self, newest: Callable[[LineId, CallId], Call | None]):
        self._newest = newest
        self._named_by: dict[CallName, set[CallKey]] = {}

    def __len__(self) -> int:
        return len(self._named_by)

    def learn(self, call: Call) -> None:
        for related in call.related_call_ids:
            names = self._named_by.setdefault((call.line, related), set())
            names.add(call.key)

    def forget(self, call: Call) -> None:
        for related in call.related_call_ids:
            key = (call.line, related)
            names = self._named_by.get(key, set())
            names.discard(call.key)
            if not names:
                self._named_by.pop(key, None)

    def root(self, call: Call) -> Call:
        """The call in which the customer is: mostly `call` itself."""
        name = (call.line, call.call_id)
        if not call.related_call_ids and name not in self._named_by:
            return call
        if has_outside_party(call):
            return call
        found = [other for other in self.of(call) if has_outside_party(other)]
        return min(found, key=lambda x: (x.arrived_us, x.call_id), default=call)

    def of(self, call: Call) -> list[Call]:
        """All calls that are joined to this one, over any number of steps."""
        seen: dict[CallName, Call] = {(call.line, call.call_id): call}
        waiting = [call]
        while waiting and len(seen) < RELATED_MAX:
            for key in self._neighbours(waiting.pop()):
                other = self._newest(*key)
                if other is not None and key not in seen:
                    seen[key] = other
                    waiting.append(other)
        return list(seen.values())[1:]

    def _neighbours(self, call: Call) -> list[CallName]:
        named_by = self._named_by.get((call.line, call.call_id), ())
        named = [(call.line, related) for related in call.related_call_ids]
        return [*named, *(key[:2] for key in sorted(named_by))]


def has_outside_party(call: Call) -> bool:
    """Somebody who is not a colleague, though their number may be withheld."""
    if call.direction is Direction.INTERNAL:
        return False
    text = call.customer_text
    if text is None:
        return call.withheld
    return not is_extension(text)


def about(call: Call, root: Call) -> Call:
    """`call` with the customer of `root`: numbers, name, and what the IVR learnt."""
    if root is call:
        return call
    return replace(
        call,
        direction=root.direction,
        caller=root.caller,
        withheld=root.withheld,
        caller_name=root.caller_name,
        dialled=root.dialled,
        attributes={**root.attributes, **call.attributes},
    )


# -- Which two names are one call, where two lines report the same calls?
# A session border controller and the telephone system behind it both report a call,
# each by a name of its own. The line that reports it first names it; what the other
# one reports of it is joined to it when the outside number is the same and both
# began within `SAME_CALL_US`. Withheld callers and a number that calls twice at
# once are not matched: then two calls stay two.

SAME_CALL_US = 10_000_000
BEGUN_MAX = 10_000
JOINED_MAX = 200_000


class Begun(msgspec.Struct, gc=False):
    """The newest call of one outside number, and the lines that reported it."""

    name: CallName
    at_us: int
    lines: set[LineId]


SavedBegun = tuple[tuple[LineId, str], Begun]
SavedJoined = tuple[CallName, CallName]


class SameCalls:
    """`lines` names, for a line, the line that reports the same calls."""

    def __init__(self, lines: Mapping[LineId, LineId]):
        self._group: dict[LineId, LineId] = {}
        for line, other in lines.items():
            first = self._group.get(other, other)
            self._group[line] = self._group[other] = first
        self._begun: OrderedDict[tuple[LineId, str], Begun] = OrderedDict()
        self._joined: OrderedDict[CallName, CallName] = OrderedDict()

    def begun(self, name: CallName, caller: str | None, at_us: int) -> None:
        """A call began by this name."""
        key = self._key(name, caller)
        if key is None:
            return
        self._begun[key] = Begun(name, at_us, {name[0]})
        self._begun.move_to_end(key)
        if len(self._begun) > BEGUN_MAX:
            self._begun.popitem(last=False)

    def match(self, name: CallName, caller: str | None, at_us: int) -> CallName | None:
        """The name by which another line reported this call already."""
        key = self._key(name, caller)
        found = self._begun.get(key) if key is not None else None
        if found is None or abs(at_us - found.at_us) > SAME_CALL_US:
            return None
        if name[0] in found.lines:
            return None
        found.lines.add(name[0])
        return found.name

    def of(self, name: CallName) -> CallName | None:
        return self._joined.get(name)

    def join(self, name: CallName, other: CallName) -> None:
        self._joined[name] = other
        if len(self._joined) > JOINED_MAX:
            self._joined.popitem(last=False)

    def part(self, name: CallName) -> None:
        """The name is used for another call now."""
        self._joined.pop(name, None)

    def saved(self) -> tuple[list[SavedBegun], list[SavedJoined]]:
        """Copies, for a snapshot."""
        begun = [
            (key, replace(x, lines=set(x.lines))) for key, x in self._begun.items()
        ]
        return begun, list(self._joined.items())

    def restore(
        self, begun: Iterable[SavedBegun], joined: Iterable[SavedJoined]
    ) -> None:
        """Take up what was saved of another process."""
        self._begun.update(begun)
        self._joined.update(joined)

    def _key(self, name: CallName, caller: str | None) -> tuple[LineId, str] | None:
        group = self._group.get(name[0])
        if group is None or caller is None or not caller.startswith("+"):
            return None
        return group, caller
