"""What does the sales policy say about this call, and what must not be offered?

Rules are compiled once from the configuration; `SalesPolicy.applied` is a pure function
over a profile and what else is known of the call. A rule is silent while one of its
values is still asked, so that no line appears and disappears.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from zoneinfo import ZoneInfo

from msgspec.structs import replace
from phonenumbers import SUPPORTED_REGIONS

from screenpop.config.facets import shapes
from screenpop.config.model import Configuration
from screenpop.config.policy import OfferSelection
from screenpop.domain.call import Call, Direction
from screenpop.domain.offer import FACETS as OFFER_FACETS
from screenpop.domain.phone import Ani, Dnis
from screenpop.domain.profile import (
    Facet,
    FieldState,
    PolicyLine,
    PolicyValue,
    Profile,
    Row,
    RuleVerdict,
    SourceNote,
)
from screenpop.insight.checks import PolicyMistake, Slot
from screenpop.insight.evidence import CallEvidence, Fact, FactReading, Status
from screenpop.insight.rule_compiler import (
    CompiledRule,
    RuleNames,
    Text,
    compiled_rule,
    repeated,
)
from screenpop.insight.wording import worded

LINES_MAX = 3
VALUES_MAX = 12  # shown with one line
SOURCE = "policy"  # of the notes in facets whose offers were removed
SOURCE_LABEL = "Sales policy"
NOT_OFFERED = "Not offered: {why}"
SOME_NOT_OFFERED = "{count} not offered: {why}"


Fired = tuple[CompiledRule, str]
"""A rule that applies, and what it says."""


class SalesPolicy:
    """The rules of one configuration."""

    def __init__(
        self,
        rules: Sequence[CompiledRule],
        reading: FactReading,
    ):
        self._rules = sorted(rules, key=lambda rule: rule.rank)
        self._reading = reading

    def applied(
        self, profile: Profile, call: Call, ani: Ani, dnis: Dnis, now_us: int
    ) -> Profile:
        """The profile with its policy lines, without the offers that are forbidden.

        Offers are held back while a rule that may forbid them is not decided.
        """
        evidence = CallEvidence(profile, call, ani, dnis, now_us, self._reading)
        fired: list[Fired] = []
        waiting: list[CompiledRule] = []
        for rule in self._rules:
            if _expired(rule, evidence):
                continue
            if _pending(rule, evidence):
                if rule.forbids:
                    waiting.append(rule)
            elif (say := _said(rule, evidence)) is not None:
                fired.append((rule, say))
        lines = _allowed(fired)
        if not lines and not waiting:
            return profile
        removing = [(rule.offers, say) for rule, say in fired if rule.forbids]
        return replace(
            profile,
            facets=_without_forbidden(profile.facets, removing, waiting),
            policy=[self._line(*each, evidence) for each in _foremost(lines)],
        )

    def explained(
        self, profile: Profile, call: Call, ani: Ani, dnis: Dnis, now_us: int
    ) -> tuple[RuleVerdict, ...]:
        """Why each rule applied or did not. `profile` is as the sources filled it."""
        evidence = CallEvidence(profile, call, ani, dnis, now_us, self._reading)
        whole = self.applied(profile, call, ani, dnis, now_us)
        shown = {line.rule for line in whole.policy}
        return tuple(
            self._verdict(rule, evidence, rule.name in shown) for rule in self._rules
        )

    def _verdict(
        self, rule: CompiledRule, evidence: CallEvidence, shown: bool
    ) -> RuleVerdict:
        why = [*rule.when.why(evidence)]
        fired: bool | None = rule.when.holds(evidence)
        if _expired(rule, evidence):
            fired, why = False, [f"ended on {rule.until}", *why]
        elif _pending(rule, evidence):
            fired = None
            why.append("silent: a value of it is still asked")
        elif fired and (say := _said(rule, evidence)) is None:
            fired = None
            why.append("`say` has no text whose values are all known")
        elif fired:
            because = _filled(rule.because, evidence)
            why += [f"says: {say}", *([f"because: {because}"] if because else ())]
            if not shown:
                why.append(f"not shown: {LINES_MAX} lines come first, or it is avoided")
        return RuleVerdict(
            rule=rule.name, kind=rule.kind, fired=fired, shown=shown, why=tuple(why)
        )

    def _line(self, rule: CompiledRule, say: str, evidence: CallEvidence) -> PolicyLine:
        return PolicyLine(
            rule=rule.name,
            kind=rule.kind,
            say=say,
            because=_filled(rule.because, evidence) or "",
            values=self._values(rule, evidence),
        )

    def _values(self, rule: CompiledRule, evidence: CallEvidence) -> list[PolicyValue]:
        found: list[PolicyValue] = []
        for slot in rule.slots:
            fact = slot.read(evidence)
            if fact.status is Status.KNOWN and len(found) < VALUES_MAX:
                found.append(self._value(slot, fact, evidence))
        return found

    def _value(self, slot: Slot, fact: Fact, evidence: CallEvidence) -> PolicyValue:
        return PolicyValue(
            name=slot.name,
            label=slot.label,
            value=worded(fact, slot.type, evidence),
            source=fact.source,
            fetched_at=fact.fetched_at,
            state="stale" if fact.stale else "fresh",
        )


def _expired(rule: CompiledRule, evidence: CallEvidence) -> bool:
    return rule.until is not None and evidence.today > rule.until


def _pending(rule: CompiledRule, evidence: CallEvidence) -> bool:
    return any(slot.read(evidence).status is Status.PENDING for slot in rule.slots)


def _said(rule: CompiledRule, evidence: CallEvidence) -> str | None:
    """The words of a rule that applies."""
    if rule.when.holds(evidence) is not True:
        return None
    return _filled(rule.say, evidence)


def _filled(texts: tuple[Text, ...], evidence: CallEvidence) -> str | None:
    """The first text whose values are all known."""
    for text in texts:
        parts: list[str] = []
        for part in text:
            if isinstance(part, str):
                parts.append(part)
                continue
            fact = part.read(evidence)
            if fact.status is not Status.KNOWN:
                break
            parts.append(worded(fact, part.type, evidence))
        else:
            return "".join(parts)
    return None


def _allowed(fired: list[Fired]) -> list[Fired]:
    """Without offers of what another rule forbids."""
    forbidden = [rule.offers for rule, _ in fired if rule.forbids]
    if not forbidden:
        return fired
    return [
        (rule, say)
        for rule, say in fired
        if rule.kind != "offer" or not any(_covers(x, rule.offers) for x in forbidden)
    ]


def _covers(forbidden: OfferSelection, offered: OfferSelection) -> bool:
    return (
        forbidden.everything
        or bool({*_folded(forbidden.items)} & {*_folded(offered.items)})
        or bool({*_folded(forbidden.categories)} & {*_folded(offered.categories)})
    )


def _foremost(lines: list[Fired]) -> list[Fired]:
    """The first lines; the best `do` is always among them: the agent's next step."""
    first = lines[:LINES_MAX]
    steps = [each for each in lines if each[0].kind == "do"]
    if steps and steps[0] not in first:
        first[-1] = steps[0]
    return first


def _without_forbidden(
    profile_facets: Mapping[str, Facet],
    removing: list[tuple[OfferSelection, str]],
    waiting: list[CompiledRule],
) -> Mapping[str, Facet]:
    if not removing and not waiting:
        return profile_facets
    changed = dict(profile_facets)
    for name in OFFER_FACETS:
        facet = profile_facets.get(name)
        if facet is not None:
            changed[name] = _offers(facet, removing, bool(waiting))
    return changed


def _offers(
    facet: Facet, removing: list[tuple[OfferSelection, str]], undecided: bool
) -> Facet:
    for selection, why in removing:
        if selection.everything:
            note = _note(FieldState.EMPTY, NOT_OFFERED.format(why=why))
            return Facet(state=FieldState.EMPTY, notes=(note,))
    if undecided:
        notes = (*facet.notes, _note(FieldState.PENDING, None))
        return Facet(state=FieldState.PENDING, notes=notes)
    kept = facet.rows
    for selection, why in removing:
        left = tuple(row for row in kept if not _forbidden(row, selection))
        if len(left) < len(kept):
            words = SOME_NOT_OFFERED.format(count=len(kept) - len(left), why=why)
            note = _note(FieldState.FRESH, words)
            facet = replace(facet, notes=(*facet.notes, note))
        kept = left
    return replace(facet, rows=kept) if len(kept) < len(facet.rows) else facet


def _forbidden(row: Row, selection: OfferSelection) -> bool:
    return str(row.get("sku")).casefold() in _folded(selection.items) or str(
        row.get("category")
    ).casefold() in _folded(selection.categories)


def _folded(words: Iterable[str]) -> frozenset[str]:
    return frozenset(word.casefold() for word in words)


def _note(state: FieldState, message: str | None) -> SourceNote:
    return SourceNote(lookup=SOURCE, source=SOURCE_LABEL, state=state, message=message)


def rules_of(config: Configuration) -> tuple[list[CompiledRule], list[PolicyMistake]]:
    """The rules of a configuration, and what is wrong in them."""
    named = (lookup.facet for lookup in config.lookups.values())  # disabled ones too
    filled = filter(None, named)
    names = RuleNames(shapes(config, also=filled), _closed_values(config))
    rules: list[CompiledRule] = []
    mistakes = [*repeated(config.policy)]
    for at, rule in enumerate(config.policy):
        made, wrong = compiled_rule(rule, at, names)
        rules.append(made)
        mistakes += wrong
    return rules, mistakes


def _closed_values(config: Configuration) -> Mapping[str, Collection[str]]:
    """All values of the facts that have few: another one in a rule is a slip."""
    return {
        "call.direction": [each.value for each in Direction],
        "call.line": [*config.lines],
        "call.country": SUPPORTED_REGIONS,
        "calls.last_result": [each.code for each in config.dispositions],
    }


def policy_of(config: Configuration) -> SalesPolicy | None:
    """The policy of a checked configuration; None: it has no rules."""
    if not config.policy:
        return None
    rules, _ = rules_of(config)
    reading = FactReading(
        zone=ZoneInfo(config.server.time_zone),
        words=config.facts,
        results={each.code: each.label for each in config.dispositions},
    )
    return SalesPolicy(rules, reading)
