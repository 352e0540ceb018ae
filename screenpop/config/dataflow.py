"""Does every lookup get what it asks for, and in which order can they start?

A lookup starts as soon as its parameters have values. What can never have one, and
circles, are problems of the configuration; what is left is the waterfall.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from screenpop.config.problems import did_you_mean
from screenpop.config.sources import Kind
from screenpop.connector.base import PARAMETERS
from screenpop.connector.searching import SEARCH

CUSTOMER = "customer"
IVR = "ivr"
RESERVED = frozenset({CUSTOMER, IVR, SEARCH})


Above = Mapping[str, Collection[str]]
"""For each lookup those whose answers it waits for."""


class Asking(Protocol):
    """A lookup as the dataflow sees it."""

    @property
    def name(self) -> str: ...
    @property
    def kind(self) -> Kind: ...
    @property
    def needs(self) -> frozenset[str]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class LookupNeeds:
    """What a lookup of the configuration asks for."""

    name: str
    kind: Kind
    needs: frozenset[str]
    shown: bool = True  # on a card; else it only feeds others


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What is wrong with one lookup."""

    lookup: str
    sentence: str
    remedy: str


def findings(
    lookups: Iterable[LookupNeeds],
    *,
    declared: frozenset[str],
    contacts: bool,
) -> list[Finding]:
    """Unknown parameters, customers that no lookup finds, circles.

    `declared` are the names of all lookups written, usable or not. `contacts` says
    whether a source brings a number index, which finds customers too.
    """
    asking = {lookup.name: lookup for lookup in lookups}
    found = [
        Finding(lookup=lookup.name, sentence=said[0], remedy=said[1])
        for lookup in asking.values()
        for need in sorted(lookup.needs)
        if (said := _wrong(need, lookup, asking, declared)) is not None
    ]
    found += _without_customer(asking, declared, contacts)
    found += _of_no_use(asking, declared)
    if (circle := cycle(upstream(asking))) is not None:
        found.append(_told(circle, asking))
    return found


def _wrong(
    need: str,
    lookup: LookupNeeds,
    asking: Mapping[str, LookupNeeds],
    declared: frozenset[str],
) -> tuple[str, str] | None:
    head, dot, column = need.partition(".")
    if not dot:
        if need in PARAMETERS:
            return None
        remedy = did_you_mean(need, PARAMETERS, noun="parameters")
        return f"asks for `:{need}`, which no call has", remedy
    if not column:
        return f"asks for `:{need}`, which names no column", f"Write `:{head}.COLUMN`."
    if head == SEARCH:
        remedy = "Such a question stands under `sources.NAME.search`."
        return f"asks for `:{need}`, which no call has", remedy
    if head in RESERVED:
        return None
    if head == lookup.name:
        return f"asks for its own answer `:{need}`", "Take a parameter of the call."
    if head not in declared:
        others = (declared | RESERVED) - {lookup.name}
        remedy = did_you_mean(head, others, noun="names")
        return f"asks for `:{need}`, but there is no lookup `{head}`", remedy
    if head in asking and asking[head].kind == "identity":
        remedy = f"Write `:{CUSTOMER}.{column}`: a column of the candidate chosen."
        sentence = f"asks for `:{need}`, but `{head}` finds candidates, not an answer"
        return sentence, remedy
    return None


def _without_customer(
    asking: Mapping[str, LookupNeeds], declared: frozenset[str], contacts: bool
) -> list[Finding]:
    unusable = declared - asking.keys()  # one of these may be the identity lookup
    if contacts or unusable or any(x.kind == "identity" for x in asking.values()):
        return []
    return [
        Finding(
            lookup=lookup.name,
            sentence=f"asks for `:{need}`, but nothing finds a customer",
            remedy="Add a lookup with `facet: identity`, or `contacts` to a source.",
        )
        for lookup in asking.values()
        for need in sorted(lookup.needs)
        if need.startswith(f"{CUSTOMER}.")
    ]


def _of_no_use(
    asking: Mapping[str, LookupNeeds], declared: frozenset[str]
) -> list[Finding]:
    """Without a facet, and no other lookup asks for what it finds."""
    if declared - asking.keys():  # one of these may ask for it
        return []
    asked = heads(need for lookup in asking.values() for need in lookup.needs)
    return [
        Finding(
            lookup=name,
            sentence="names no facet, and no lookup asks for its columns",
            remedy=f"Name the card that it fills under `facet`, or use `:{name}.COLUMN`"
            " in another lookup.",
        )
        for name, lookup in asking.items()
        if not lookup.shown and name not in asked
    ]


def heads(needs: Iterable[str]) -> frozenset[str]:
    """Whose columns are asked for: lookups, `customer`, `ivr`."""
    return frozenset(need.partition(".")[0] for need in needs if "." in need)


def upstream(asking: Mapping[str, Asking]) -> dict[str, tuple[str, ...]]:
    """For each lookup those it waits for, itself included if it does."""
    finders = [name for name, other in asking.items() if other.kind == "identity"]
    above = {}
    for name, lookup in asking.items():
        asked = heads(lookup.needs)
        named = sorted(head for head in asked - RESERVED if head in asking)
        customers = finders if CUSTOMER in asked else []
        above[name] = tuple(dict.fromkeys([*named, *customers]))
    return above


def cycle(above: Above) -> tuple[str, ...] | None:
    """A circle as its members in order, the first one again at the end.

    What no step of the waterfall holds has something upstream that none holds
    either: following it must come back to where it was.
    """
    placed = {name for step in waterfall(above) for name in step}
    stuck = [name for name in above if name not in placed]
    if not stuck:
        return None
    way = [stuck[0]]
    while True:
        following = next(name for name in above[way[-1]] if name not in placed)
        if following in way:
            return (*way[way.index(following) :], following)
        way.append(following)


def _told(circle: tuple[str, ...], asking: Mapping[str, LookupNeeds]) -> Finding:
    if len(circle) == 2 and asking[circle[0]].kind == "identity":
        return Finding(
            lookup=circle[0],
            sentence=f"finds the customer, so it cannot ask for `:{CUSTOMER}.…`",
            remedy="Take parameters of the call, e.g. `:number` or `:ivr.account`.",
        )
    return Finding(
        lookup=circle[0],
        sentence=f"waits for itself: {' -> '.join(circle)}",
        remedy="Let one of them take only parameters of the call, e.g. `:number`.",
    )


def waterfall(above: Above) -> tuple[tuple[str, ...], ...]:
    """Lookups in steps: each step may start when those before it have answered."""
    waiting = {name: len(names) for name, names in above.items()}
    below: dict[str, list[str]] = {name: [] for name in above}
    for name, names in above.items():
        for upper in names:
            below[upper].append(name)
    order = {name: index for index, name in enumerate(above)}
    steps: list[tuple[str, ...]] = []
    ready = [name for name, count in waiting.items() if not count]
    while ready:
        steps.append(tuple(sorted(ready, key=order.__getitem__)))
        following = []
        for lower in (lower for name in ready for lower in below[name]):
            waiting[lower] -= 1
            if not waiting[lower]:
                following.append(lower)
        ready = following
    return tuple(steps)  # the members of a circle never get ready: see `cycle`
