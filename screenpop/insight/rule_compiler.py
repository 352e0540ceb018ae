"""What does each name in a rule mean, and is the rule written correctly?

Turns a rule of the configuration into one whose names are resolved, and collects every
mistake with its key.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from screenpop.config.facets import ColumnShape, FacetLayout
from screenpop.config.policy import OfferSelection, PolicyRule
from screenpop.config.problems import KeyPath
from screenpop.domain.profile import PolicyKind
from screenpop.insight import facts
from screenpop.insight.checks import PolicyMistake, Slot, unknown_name
from screenpop.insight.conditions import ConditionGroup, ConditionReader, RowCondition
from screenpop.insight.evidence import EMPTY, CallEvidence, Fact

_RANK: Mapping[PolicyKind, int] = {"avoid": 0, "warn": 1, "do": 2, "offer": 3}
_HOLE = re.compile(r"\{([^{}]*)\}|\{\{|\}\}")

Text = tuple[str | Slot, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledRule:
    """A rule with its names resolved."""

    name: str
    kind: PolicyKind
    rank: tuple[int, int]
    when: ConditionGroup
    say: tuple[Text, ...]
    because: tuple[Text, ...]
    slots: tuple[Slot, ...]
    until: date | None
    offers: OfferSelection

    @property
    def forbids(self) -> bool:
        return self.kind == "avoid" and self.offers != OfferSelection()


def compiled_rule(
    rule: PolicyRule, at: int, names: RuleNames
) -> tuple[CompiledRule, list[PolicyMistake]]:
    path: KeyPath = ("policy", at)
    reader = ConditionReader(names)
    when = reader.group(rule.when, (*path, "when"))
    mistakes = reader.mistakes
    texts: dict[str, tuple[Text, ...]] = {}
    for key, written in rule.texts:
        read = [_text(text, names, reader.rows, (*path, key)) for text in written]
        texts[key] = tuple(text for text, _ in read)
        mistakes += [mistake for _, wrong in read for mistake in wrong]
    if rule.offers != OfferSelection() and rule.kind not in ("avoid", "offer"):
        sentence = f"means nothing for the kind `{rule.kind}`"
        remedy = "Use the kind `avoid` or `offer`, or remove it."
        mistakes.append(PolicyMistake((*path, "offers"), sentence, remedy))
    slots = [*when.slots]
    for text in (*texts["say"], *texts["because"]):
        slots += [part for part in text if isinstance(part, Slot)]
    made = CompiledRule(
        name=rule.name,
        kind=rule.kind,
        rank=(_RANK[rule.kind], -rule.priority),
        when=when,
        say=texts["say"],
        because=texts["because"],
        slots=tuple({slot.name: slot for slot in slots}.values()),
        until=rule.until,
        offers=rule.offers,
    )
    return made, mistakes


def repeated(rules: Sequence[PolicyRule]) -> Iterator[PolicyMistake]:
    seen: set[str] = set()
    for at, rule in enumerate(rules):
        if rule.name in seen:
            sentence = f"`{rule.name}` is the name of two rules"
            yield PolicyMistake(
                ("policy", at, "name"), sentence, "Give each rule its own name."
            )
        seen.add(rule.name)


def _text(
    text: str, names: RuleNames, rows: Mapping[str, RowCondition], path: KeyPath
) -> tuple[Text, list[PolicyMistake]]:
    """A text with `{NAME}` holes; `{{` and `}}` are braces."""
    parts: list[str | Slot] = []
    mistakes: list[PolicyMistake] = []
    at = 0
    for hole in _HOLE.finditer(text):
        parts.append(text[at : hole.start()])
        at = hole.end()
        if hole[0] in ("{{", "}}"):
            parts.append(hole[0][0])
            continue
        try:
            parts.append(names.in_text(hole[1].strip(), rows, path))
        except PolicyMistake as mistake:
            mistakes.append(mistake)
    parts.append(text[at:])
    return tuple(part for part in parts if part != ""), mistakes


class RuleNames:
    """What rules may name in a configuration: facts, fields, columns of rows."""

    def __init__(
        self,
        layouts: Sequence[FacetLayout],
        values: Mapping[str, Collection[str]] = MappingProxyType({}),
    ):
        """`values`: all that a fact of this name can be."""
        self._slots = {
            each.name: _fact_slot(each, values.get(each.name, ()))
            for each in facts.FACTS
        }
        self._columns: dict[str, dict[str, Slot]] = {}
        for layout in layouts:
            for shape in layout.fields:
                slot = _field_slot(layout.name, shape)
                self._slots[slot.name] = slot
            self._columns[layout.name] = {
                shape.name: _column_slot(layout.name, shape) for shape in layout.columns
            }

    def slot(self, name: str, path: KeyPath) -> Slot:
        group, _, key = name.partition(".")
        found = self._slots.get(name)
        if found is not None:
            self._check_filled(name, group, path)
            return found
        if group == "ivr" and key:
            return Slot(name, key, "text", facts.reader(name))
        if key in self._columns.get(group, ()):
            sentence = f"`{name}` is a column of rows"
            remedy = f"Write `{group}: {{{key}: TEST}}` in `when`."
            raise PolicyMistake(path, sentence, remedy)
        raise unknown_name(name, [*self._slots, *self._columns], path)

    def _check_filled(self, name: str, group: str, path: KeyPath) -> None:
        wanted = facts.FACETS_OF.get(group)
        if wanted is not None and not any(x in self._columns for x in wanted):
            facets = " or ".join(f"`{each}`" for each in wanted)
            sentence = f"`{name}` never has a value: no lookup fills {facets}"
            raise PolicyMistake(path, sentence, "Add a lookup with that `facet`.")

    def columns(self, facet: str) -> Mapping[str, Slot] | None:
        return self._columns.get(facet)

    def in_text(
        self, name: str, rows: Mapping[str, RowCondition], path: KeyPath
    ) -> Slot:
        """A name in a text: also a column of the row that a condition found."""
        facet, _, column = name.partition(".")
        condition, slot = rows.get(facet), self._columns.get(facet, {}).get(column)
        if name in self._slots or condition is None or slot is None:
            return self.slot(name, path)
        return condition.bound(slot)


def _fact_slot(definition: facts.FactDefinition, values: Collection[str]) -> Slot:
    name = definition.name
    return Slot(name, definition.label, definition.type, facts.reader(name), values)


def _field_slot(facet: str, shape: ColumnShape) -> Slot:
    def read(evidence: CallEvidence) -> Fact:
        found = evidence.field(facet, shape.name)
        return found._replace(currency=shape.currency) if shape.currency else found

    return Slot(f"{facet}.{shape.name}", shape.label, shape.type, read)


def _column_slot(facet: str, shape: ColumnShape) -> Slot:
    """Without a row: `RowCondition.bound` reads it in one."""
    name = f"{facet}.{shape.name}"
    return Slot(name, shape.label, shape.type, lambda evidence: EMPTY)
