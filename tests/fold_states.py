"""What do all folds of a node hold? Made comparable, whatever their classes are.

Everything that an object holds counts, so that a fold that gets a new field is
compared with it. Left out is only what is made from the rest when it is asked for.
"""

from __future__ import annotations

from collections import Counter, OrderedDict, deque
from collections.abc import Mapping
from enum import Enum
from typing import Any

from screenpop.desk.case import Case
from screenpop.node.follow import Follower
from screenpop.wallboard.counters import WaitingLine

LEFT_OUT = {
    "CallBook": {"_due", "_places", "touched", "limits", "_related", "_settled"},
    "Desk": {"directory", "touched", "listens", *{
        "_profile_of", "_queue_labels", "_facets", "_pops_max"}},
    "Case": {"profile", "memo", "parties"},
    "Counters": {"changed", "days", "rules"},
    "AgentBoard": {
        "_stale", "_changed", "touched", "_unworked", "_worked", "_work",
        "queues_changed"},
    "Occurrences": {"touched", "limits"},
    "Presence": {"_clock", "_grace_s", "_opening", "_without_since_s"},
    "Placing": {"occurrences", "_clock", "read_up_to"},
    "RecentNotes": {"_notes_max"},
    "RecallList": {
        "settings", "_rows", "_stale", "_waiting", "_told", "_served_changed",
        "_is_counted", "_called_back", "_called_back_in"},
}  # fmt: skip


def states(follower: Follower) -> dict[str, object]:
    """All folds by name."""
    follower.feed.agents.rows()  # makes the rows of those of whom something was heard
    for case in follower.desk.cases.values():
        case.unpack()
    return {
        "offset": follower.offset,
        "heard_us": follower.heard_us,
        "book": plain(follower.book),
        "named_by": plain(_named_by(follower)),
        "desk": plain(follower.desk),
        "counters": plain(follower.feed.counters),
        "agents": plain(follower.feed.agents),
        "recalls": plain(follower.feed.recalls),
        "agent_states": plain(follower.hub.states),
        "presence": plain(follower.hub.presence),
        "occurrences": plain(follower.placing.occurrences),
        "placing": plain(follower.placing),
        "notes": plain(follower.notes),
        "remembered": plain(follower.lookups._remembered),
    }


def _named_by(follower: Follower) -> object:
    return follower.book._related._named_by


def plain(thing: Any) -> object:
    if thing is None or isinstance(thing, str | int | float | bytes | bool):
        return thing.value if isinstance(thing, Enum) else thing
    if isinstance(thing, Counter):
        thing = {name: count for name, count in thing.items() if count}
    if isinstance(thing, Mapping):
        pairs = [(plain(key), plain(value)) for key, value in thing.items()]
        if isinstance(thing, OrderedDict):
            return pairs
        return sorted(pairs, key=repr)
    if isinstance(thing, set | frozenset):
        return sorted(map(plain, thing), key=repr)
    if isinstance(thing, list | tuple | deque):
        return [plain(each) for each in thing]
    if isinstance(thing, WaitingLine):
        return plain(thing._since)
    if not type(thing).__module__.startswith("screenpop"):
        return repr(thing)
    return _fields(thing)


def _fields(thing: object) -> dict[str, object]:
    kind = type(thing)
    names = set(vars(thing)) if hasattr(thing, "__dict__") else set()
    for base in kind.__mro__:
        slots = base.__dict__.get("__slots__", ())
        names |= set([slots] if isinstance(slots, str) else slots)
    names |= set(getattr(kind, "__struct_fields__", ()))
    out = LEFT_OUT.get(kind.__name__, set())
    return {
        name: plain(getattr(thing, name))
        for name in sorted(names - out)
        if not callable(getattr(thing, name, None))
        if not name.startswith("__")
    }


__all__ = ["Case", "plain", "states"]
