"""Which tests may a rule apply to a value, by the type of the value?

Three-valued (Kleene): of a value that is not known, no test is true or false. Of an
empty value only `present` and null are decided.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date
from typing import NamedTuple

from screenpop.config.problems import KeyPath, did_you_mean
from screenpop.insight.evidence import CallEvidence, Fact, Status
from screenpop.insight.facts import FactType
from screenpop.support import comparing
from screenpop.support.comparing import Test, number_of

Truth = bool | None
"""True, false, or not known."""
NUMBERS = frozenset({"money", "number", "integer", "percent", "duration"})
DATES = frozenset({"date", "datetime"})


def all_of(truths: Iterable[Truth]) -> Truth:
    unknown = False
    for truth in truths:
        if truth is False:
            return False
        unknown = unknown or truth is None
    return None if unknown else True


def any_of(truths: Iterable[Truth]) -> Truth:
    return negated(all_of(negated(truth) for truth in truths))


def negated(truth: Truth) -> Truth:
    return None if truth is None else not truth


class PolicyMistake(ValueError):
    """What is wrong at a key of a rule, and the remedy."""

    def __init__(self, path: KeyPath, sentence: str, remedy: str):
        super().__init__(f"{sentence}. {remedy}")
        self.path, self.sentence, self.remedy = path, sentence, remedy


class Slot(NamedTuple):
    """A name in a rule, and how its value is read."""

    name: str
    label: str
    type: FactType
    read: Callable[[CallEvidence], Fact]
    values: Collection[str] = ()
    """All that it can be; empty: anything of its type."""


class Check(NamedTuple):
    """One test of one value, and what it decides for an empty one."""

    words: str
    test: Test
    when_empty: Truth = None

    def of(self, fact: Fact) -> Truth:
        if fact.status is Status.KNOWN:
            return self.test(fact.value)
        return self.when_empty if fact.status is Status.EMPTY else None


def unknown_name(
    name: str, known_names: Iterable[str], path: KeyPath, noun: str = "names"
) -> PolicyMistake:
    return PolicyMistake(
        path, f"`{name}` is not known", did_you_mean(name, known_names, noun=noun)
    )


def checks_of(slot: Slot, wanted: object, path: KeyPath) -> tuple[Check, ...]:
    """The tests written for a value; raises `PolicyMistake`."""
    if not isinstance(wanted, dict):
        return (_equal(slot, wanted, path),)
    checks: list[Check] = []
    for name, given in wanted.items():
        reader = _TESTS.get(name)
        if reader is None:
            raise unknown_name(str(name), _TESTS, (*path, str(name)), "tests")
        checks.append(reader(slot, given, (*path, str(name))))
    return tuple(checks)


def _equal(slot: Slot, wanted: object, path: KeyPath) -> Check:
    values = wanted if isinstance(wanted, list) else [wanted]
    for value in values:
        _check_type(slot, value, path)
    words = " or ".join("no value" if x is None else _written(x) for x in values)
    empty = True if None in values else None
    if slot.type in NUMBERS:
        numbers = {number_of(x) for x in values if x is not None}
        return Check(words, lambda value: number_of(value) in numbers, empty)
    return Check(words, comparing.one_of(values), empty)


def _not(slot: Slot, wanted: object, path: KeyPath) -> Check:
    inner = _equal(slot, wanted, path)
    return Check(
        f"not {inner.words}",
        lambda value: not inner.test(value),
        negated(inner.when_empty),
    )


def _starts(slot: Slot, wanted: object, path: KeyPath) -> Check:
    texts = _texts(slot, wanted, path)
    words = " or ".join(map(_written, texts))
    return Check(f"starting with {words}", comparing.begins_with(texts))


def _matches(slot: Slot, wanted: object, path: KeyPath) -> Check:
    (pattern,) = _texts(slot, [wanted], path)
    try:
        return Check(f"matching `{pattern}`", comparing.matches(pattern))
    except re.error as error:
        sentence = f"`{pattern}` is not a valid pattern: {error}"
        raise PolicyMistake(path, sentence, "Use a Python pattern.") from error


def _above(slot: Slot, wanted: object, path: KeyPath) -> Check:
    return _ordered(slot, wanted, path, "above")


def _below(slot: Slot, wanted: object, path: KeyPath) -> Check:
    return _ordered(slot, wanted, path, "below")


def _ordered(slot: Slot, wanted: object, path: KeyPath, name: str) -> Check:
    up = name == "above"
    if slot.type in DATES and wanted is not None:
        _check_type(slot, wanted, path)
        limit = str(wanted)

        def test(value: object) -> bool:
            day = str(value)[: len(limit)]
            return day > limit if up else day < limit

        return Check(f"{name} {limit}", test)
    number = None if isinstance(wanted, str) else number_of(wanted)
    if slot.type not in NUMBERS or number is None:
        kind = "a number or a date" if slot.type not in NUMBERS else "a number"
        sentence = f"`{name}` needs {kind}: `{slot.name}` is of type {slot.type}"
        if slot.type in NUMBERS:
            sentence = f"`{name}` needs a number, is {_written(wanted)}"
        raise PolicyMistake(path, sentence, _example(slot))
    test_of = comparing.above if up else comparing.below
    return Check(f"{name} {_written(wanted)}", test_of(number))


def _present(slot: Slot, wanted: object, path: KeyPath) -> Check:
    if not isinstance(wanted, bool):
        sentence = f"`present` must be true or false, is {_written(wanted)}"
        raise PolicyMistake(path, sentence, "Write `present: true`.")
    words = "a value" if wanted else "no value"
    return Check(words, comparing.present(wanted), not wanted)


_TESTS: Mapping[str, Callable[[Slot, object, KeyPath], Check]] = {
    "above": _above,
    "below": _below,
    "not": _not,
    "starts": _starts,
    "matches": _matches,
    "present": _present,
}


def _check_type(slot: Slot, value: object, path: KeyPath) -> None:
    """Is it a value that `slot` can have?"""
    if value is None:
        return
    if slot.type in NUMBERS:
        fits = isinstance(value, int | float) and not isinstance(value, bool)
    elif slot.type == "flag":
        fits = isinstance(value, bool)
    elif slot.type in DATES:
        fits = _is_date(value)
    else:
        fits = isinstance(value, str | int) and not isinstance(value, bool)
    if not fits:
        sentence = f"`{slot.name}` is of type {slot.type} and never {_written(value)}"
        raise PolicyMistake(path, sentence, _example(slot))
    if slot.values and str(value).casefold() not in map(str.casefold, slot.values):
        remedy = did_you_mean(str(value), slot.values, noun="values")
        raise PolicyMistake(path, f"`{slot.name}` is never {_written(value)}", remedy)


def _texts(slot: Slot, wanted: object, path: KeyPath) -> list[str]:
    if slot.type in NUMBERS | DATES | {"flag"}:
        sentence = f"this test needs text: `{slot.name}` is of type {slot.type}"
        raise PolicyMistake(path, sentence, _example(slot))
    given = wanted if isinstance(wanted, list) else [wanted]
    texts = [text for text in given if isinstance(text, str)]
    if not texts or len(texts) < len(given):
        raise PolicyMistake(path, "must be text", "Put it in quotes.")
    return texts


def _is_date(value: object) -> bool:
    try:
        return bool(date.fromisoformat(str(value)))
    except ValueError:
        return False


def _example(slot: Slot) -> str:
    if slot.type in NUMBERS:
        return f"E.g. `{slot.name}: {{above: 0}}`."
    if slot.type == "flag":
        return f"E.g. `{slot.name}: true`."
    if slot.type in DATES:
        return f"E.g. `{slot.name}: {{below: 2026-12-31}}`."
    return f"E.g. `{slot.name}: [open, new]`."


def _written(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else f"`{value}`"
