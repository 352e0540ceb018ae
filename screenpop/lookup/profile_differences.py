"""What would an agent have seen differently, field by field?

Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from screenpop.domain.profile import FieldState, Profile, RuleVerdict, Scalar

CALLER = "caller"
POLICY = "policy"
Kind = Literal["new", "gone", "changed"]
"""`new`: only the new configuration shows it; `gone`: only the old one did."""
_FAILED = (FieldState.FAILED, FieldState.TIMED_OUT)
TEXT_MAX = 200


def seen(profile: Profile, policy: Iterable[RuleVerdict] = ()) -> dict[str, str]:
    """What stands on the card: a text by `FACET.FIELD`, and of a list by `FACET`.

    `caller` says who it is, or how many it may be. A facet whose sources failed is
    said to have failed: its values are not known.
    """
    shown = {CALLER: _caller(profile)}
    for name, facet in profile.facets.items():
        if facet.state in _FAILED:
            shown[name] = f"({facet.state.value})"
        for column, value in facet.fields.items():
            if value.value not in (None, ""):
                shown[f"{name}.{column}"] = _text(value.value)
        if facet.rows:
            shown[name] = "; ".join(map(_row, facet.rows))
    for verdict in policy:
        if verdict.shown:
            shown[f"{POLICY}.{verdict.rule}"] = "shown"
    return shown


def _caller(profile: Profile) -> str:
    found = profile.candidates
    for each in found:
        if each.ref == profile.chosen:
            return f"{each.name} ({each.ref.source} {each.ref.key})"
    if not found:
        return "nobody"
    return f"{len(found)} offered: " + ", ".join(x.name for x in found)


def _row(row: Mapping[str, Scalar]) -> str:
    return ", ".join(f"{n} {_text(x)}" for n, x in row.items() if x not in (None, ""))


def _text(value: Scalar) -> str:
    return str(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One call on which a field differs; empty texts: it did not stand there."""

    number: str
    call: str
    old: str
    new: str


@dataclass(slots=True, kw_only=True)
class FieldDifferences:
    """How often one field differs, and the first calls on which it does."""

    name: str
    calls: dict[Kind, int] = field(default_factory=dict)
    examples: list[Example] = field(default_factory=list)

    @property
    def count(self) -> int:
        return sum(self.calls.values())


class Differences:
    """Counts by field over all calls."""

    def __init__(self, examples_max: int):
        self._examples_max = examples_max
        self._fields: dict[str, FieldDifferences] = {}
        self.compared = 0
        self.differing = 0

    def add(
        self,
        old: Mapping[str, str],
        new: Mapping[str, str],
        *,
        calls: int,
        number: str,
        call: str,
    ) -> None:
        """`calls` that are alike: this many agents would see the difference."""
        self.compared += calls
        names = [x for x in {**old, **new} if old.get(x, "") != new.get(x, "")]
        self.differing += calls if names else 0
        for name in names:
            before, after = old.get(name, ""), new.get(name, "")
            kind: Kind = "changed" if before and after else "new" if after else "gone"
            found = self._fields.setdefault(name, FieldDifferences(name=name))
            found.calls[kind] = found.calls.get(kind, 0) + calls
            if len(found.examples) < self._examples_max:
                found.examples.append(
                    Example(
                        number=number,
                        call=call,
                        old=before[:TEXT_MAX],
                        new=after[:TEXT_MAX],
                    )
                )

    def by_field(self) -> list[FieldDifferences]:
        """The most frequent first."""
        return sorted(self._fields.values(), key=lambda x: (-x.count, x.name))
