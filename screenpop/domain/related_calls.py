"""Whose call is this, when several calls are about one customer?

A transfer's second call, or an agent's consultation, names the customer's call or is
named by it. Calls joined in this way that have no outside party of their own are
about the customer of the one that has. It depends on the calls alone, not on which
was heard of first.
"""

from __future__ import annotations

from collections.abc import Callable

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
