"""When does a condition of a rule hold, and what does a text of a rule say?

The conditions of dialects (`intake.values`), over the names of `facts`:

    NAME: 5 / NAME: [open, new]     one of these, without case; null means empty
    NAME: {above: 0} {below: 10}    a number, or a date as YYYY-MM-DD
          {not: X} {starts: X} {matches: PATTERN} {present: true}
    FACET: {column: TEST, …}        one of its rows fits all of these
    any: [{…}, …]    none: [{…}, …]

Three-valued (Kleene): a condition over a value that is not known is neither true nor
false. Of an empty value only `present` and null are decided. A mapping holds if all its
entries do: false wins over unknown; `any` holds if one does: true wins over unknown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from screenpop.config.problems import KeyPath
from screenpop.domain.profile import Row
from screenpop.insight.checks import (
    Check,
    PolicyMistake,
    Slot,
    Truth,
    all_of,
    any_of,
    checks_of,
    negated,
    unknown_name,
)
from screenpop.insight.evidence import EMPTY, CallEvidence, Fact, Status, known
from screenpop.insight.wording import worded

DEPTH_MAX = 6


class Condition(Protocol):
    @property
    def slots(self) -> tuple[Slot, ...]:
        """The values it looks at."""
        ...

    def holds(self, evidence: CallEvidence) -> Truth: ...

    def why(self, evidence: CallEvidence) -> Iterator[str]:
        """A line for each value: what it is and what was wanted."""
        ...


@dataclass(frozen=True, slots=True)
class ValueCondition:
    """`NAME: TEST`."""

    slot: Slot
    checks: tuple[Check, ...]

    @property
    def slots(self) -> tuple[Slot, ...]:
        return (self.slot,)

    def holds(self, evidence: CallEvidence) -> Truth:
        fact = self.slot.read(evidence)
        return all_of(check.of(fact) for check in self.checks)

    def why(self, evidence: CallEvidence) -> Iterator[str]:
        yield said(self.slot, self.slot.read(evidence), self.checks, evidence)


class ColumnChecks(NamedTuple):
    slot: Slot
    checks: tuple[Check, ...]


@dataclass(frozen=True, slots=True)
class RowCondition:
    """`FACET: {column: TEST}`: one row fits. A cell without a value is empty."""

    facet: str
    columns: tuple[ColumnChecks, ...]

    @property
    def slots(self) -> tuple[Slot, ...]:
        return tuple(self.bound(column.slot) for column in self.columns)

    def holds(self, evidence: CallEvidence) -> Truth:
        rows, basis = evidence.rows(self.facet)
        if basis.status not in (Status.KNOWN, Status.EMPTY):
            return None
        return any_of(self._fits(row, basis) for row in rows)

    def why(self, evidence: CallEvidence) -> Iterator[str]:
        rows, basis = evidence.rows(self.facet)
        wanted = "; ".join(f"{c.slot.label} {_words(c.checks)}" for c in self.columns)
        if basis.status in (Status.KNOWN, Status.EMPTY):
            yield f"{self.facet}: {len(rows)} rows, one wanted with {wanted}"
        else:
            yield f"{self.facet}: {_status(basis)}; a row wanted with {wanted}"

    def bound(self, slot: Slot) -> Slot:
        """A column as it stands in the row that fits."""
        column = slot.name.rpartition(".")[2]
        return slot._replace(read=lambda evidence: self._found(evidence, column))

    def _found(self, evidence: CallEvidence, column: str) -> Fact:
        """A value of the row that fits, else what its absence means."""
        rows, basis = evidence.rows(self.facet)
        for row in rows:
            if self._fits(row, basis) is True:
                return _cell(row, column, basis)
        return EMPTY if basis.status is Status.KNOWN else basis

    def _fits(self, row: Row, basis: Fact) -> Truth:
        return all_of(
            check.of(_cell(row, column.slot.name.rpartition(".")[2], basis))
            for column in self.columns
            for check in column.checks
        )


@dataclass(frozen=True, slots=True)
class ConditionGroup:
    """All of these, or of `any` one, or of `none` none."""

    of: tuple[Condition, ...]
    how: str = "all"

    @property
    def slots(self) -> tuple[Slot, ...]:
        return tuple(slot for each in self.of for slot in each.slots)

    def holds(self, evidence: CallEvidence) -> Truth:
        truths = (each.holds(evidence) for each in self.of)
        if self.how == "all":
            return all_of(truths)
        return any_of(truths) if self.how == "any" else negated(any_of(truths))

    def why(self, evidence: CallEvidence) -> Iterator[str]:
        head = "" if self.how == "all" else f"{self.how} of: "
        for each in self.of:
            for line in each.why(evidence):
                yield f"{head}{line}"


def said(
    slot: Slot, fact: Fact, checks: Sequence[Check], evidence: CallEvidence
) -> str:
    truth = all_of(check.of(fact) for check in checks)
    verdict = {True: "holds", False: "does not hold", None: "not decided"}[truth]
    value = _status(fact)
    if fact.status is Status.KNOWN:
        source = f" ({fact.source})" if fact.source else ""
        value = f"is {worded(fact, slot.type, evidence)}{source}"
    return f"{slot.name} {value}, wanted {_words(checks)}: {verdict}"


def _words(checks: Sequence[Check]) -> str:
    return " and ".join(check.words for check in checks)


def _status(fact: Fact) -> str:
    return {
        Status.KNOWN: "is known",
        Status.EMPTY: "has no value",
        Status.PENDING: "is still asked",
        Status.UNKNOWN: "is not known",
    }[fact.status]


def _cell(row: Row, column: str, basis: Fact) -> Fact:
    money_in = row.get("currency")
    return known(row.get(column), basis, None if money_in is None else str(money_in))


# -- reading -------------------------------------------------------------------


class Names(Protocol):
    """Resolves what rules may name; raises `PolicyMistake`."""

    def slot(self, name: str, path: KeyPath) -> Slot: ...

    def columns(self, facet: str) -> Mapping[str, Slot] | None:
        """The columns of a facet's rows; None: there is no such facet."""
        ...


class ConditionReader:
    """Reads the conditions of one rule; collects mistakes."""

    def __init__(self, names: Names):
        self._names = names
        self.mistakes: list[PolicyMistake] = []
        self.rows: dict[str, RowCondition] = {}

    def group(
        self, wanted: Mapping[str, object], path: KeyPath, depth: int = 0
    ) -> ConditionGroup:
        """A mapping, all of whose entries must hold."""
        if not wanted:
            self._wrong(path, "has no condition", "Write `NAME: TEST`.")
        if depth > DEPTH_MAX:
            sentence = f"is nested deeper than {DEPTH_MAX} levels"
            self._wrong(path, sentence, "Write a second rule.")
            return ConditionGroup(())
        of: list[Condition] = []
        for name, test in wanted.items():
            try:
                of.append(self._entry(name, test, (*path, name), depth))
            except PolicyMistake as mistake:
                self.mistakes.append(mistake)
        return ConditionGroup(tuple(of))

    def _entry(self, name: str, test: object, path: KeyPath, depth: int) -> Condition:
        if name in ("any", "none"):
            if not isinstance(test, list) or not all(isinstance(x, dict) for x in test):
                remedy = "Write `- NAME: TEST` below it."
                raise PolicyMistake(path, "must be a list of conditions", remedy)
            inner = [
                self.group(each, (*path, at), depth + 1) for at, each in enumerate(test)
            ]
            return ConditionGroup(tuple(inner), name)
        columns = self._names.columns(name)
        if columns is not None:
            return self._row(name, columns, test, path)
        slot = self._names.slot(name, path)
        return ValueCondition(slot, checks_of(slot, test, path))

    def _row(
        self, facet: str, columns: Mapping[str, Slot], test: object, path: KeyPath
    ) -> RowCondition:
        if not isinstance(test, dict) or not test:
            remedy = f"Write `{facet}: {{COLUMN: TEST}}`, or name a field of it."
            raise PolicyMistake(path, "needs columns of its rows", remedy)
        found: list[ColumnChecks] = []
        for name, wanted in test.items():
            if name not in columns:
                raise unknown_name(name, columns, (*path, name), "columns")
            slot = columns[name]
            found.append(ColumnChecks(slot, checks_of(slot, wanted, (*path, name))))
        condition = RowCondition(facet, tuple(found))
        self.rows.setdefault(facet, condition)
        return condition

    def _wrong(self, path: KeyPath, sentence: str, remedy: str) -> None:
        self.mistakes.append(PolicyMistake(path, sentence, remedy))
