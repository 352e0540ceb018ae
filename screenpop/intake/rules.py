"""Which events does one item of a payload mean?

A rule is a condition, what the item is then, and how each field is found. The
first rule that holds decides; one with `also: true` lets the next ones speak too.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass

from screenpop.domain.call import EventType
from screenpop.domain.call import Scope as CallScope
from screenpop.intake.declared import (
    DeclaredField,
    came_to_nothing,
    check_constants,
    declared_fields,
)
from screenpop.intake.expression import ExpressionScope, Getter, empty, listed
from screenpop.intake.filters import as_text
from screenpop.intake.normal import (
    AGENTS_MAX,
    ATTRIBUTES_MAX,
    DIRECTIONS,
    TEXT_CHARS_MAX,
    Draft,
)
from screenpop.intake.request import HowTold, Ignored
from screenpop.intake.times import Moment
from screenpop.intake.values import Compiler, Condition
from screenpop.intake.yaml_nodes import Node, meant

IGNORED = "ignored"
HANDSHAKE = "handshake"
RULES_MAX = 200

Fill = Callable[[dict[str, object], ExpressionScope], None]

AGENT_STATES = frozenset({"offline", "available", "break", "wrap_up"})
OUTCOMES = frozenset({"unanswered", "voicemail", "callback"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    holds: Condition | None
    kind: str  # an event type, or IGNORED
    why: Getter | None
    fills: tuple[Fill, ...]
    also: bool
    each: Getter | None
    must_have_call: bool
    declared: tuple[DeclaredField, ...] = ()


@dataclass(slots=True)
class ReadItem:
    """What the rules made of one item."""

    drafts: list[tuple[Draft, HowTold]]
    ignored: list[Ignored]


class Rules:
    """All rules of a dialect."""

    def __init__(self, rules: list[Rule], kind: Getter | None, dialect: str):
        self._rules = rules
        self._kind = kind
        self._dialect = dialect

    def apply(self, scope: ExpressionScope) -> ReadItem:
        found = ReadItem([], [])
        for rule in self._rules:
            if rule.holds is not None and not rule.holds(scope):
                continue
            scopes = _scopes(rule, scope)
            for each in scopes:
                self._fire(rule, each, found, scope.index)
            if not scopes and scope.facts.explain:
                why = f"the `each` of the rule for `{rule.kind}` found nothing"
                found.ignored.append(Ignored(why=why, item=scope.index, whole=False))
            if not rule.also:
                return found
        if not found.drafts and not found.ignored:
            found.ignored.append(Ignored(why=self._unknown(scope), item=scope.index))
        return found

    def _fire(
        self, rule: Rule, scope: ExpressionScope, found: ReadItem, item: int
    ) -> None:
        if rule.kind == IGNORED:
            why = as_text(rule.why(scope)) if rule.why is not None else None
            found.ignored.append(Ignored(why=why or "it changes nothing", item=item))
            return
        fields: dict[str, object] = {}
        for fill in rule.fills:
            fill(fields, scope)
        draft = Draft(type=EventType(rule.kind), **fields)  # type: ignore[arg-type]
        problem = _unusable(draft, rule)
        if problem is not None:
            found.ignored.append(Ignored(why=problem, item=item))
            return
        moment = scope.variables.get("at")
        digits = moment.digits if isinstance(moment, Moment) else 0
        told = HowTold(
            item=item,
            at_digits=digits,
            call_id_given=draft.call_id is not None,
            nothing=came_to_nothing(rule.declared, fields)
            if scope.facts.explain
            else (),
        )
        found.drafts.append((draft, told))

    def _unknown(self, scope: ExpressionScope) -> str:
        kind = as_text(self._kind(scope)) if self._kind is not None else None
        named = f"`{kind[:80]}`" if kind else "this"
        return f"{named} fits no rule of the dialect {self._dialect}"


def _scopes(rule: Rule, scope: ExpressionScope) -> list[ExpressionScope]:
    scope.variables["at"] = None
    if rule.each is None:
        return [scope]
    items = listed(rule.each(scope)) or []
    return [
        ExpressionScope(item, scope.facts, scope.item, index, scope.variables)
        for index, item in enumerate(items[:AGENTS_MAX])
    ]


def _unusable(draft: Draft, rule: Rule) -> str | None:
    if draft.call_id is None and rule.must_have_call:
        return f"it would be `{draft.type}` but names no call"
    for name in ("call_id", "leg_id", "related_call_id", "event_id"):
        text = getattr(draft, name)
        if text is not None and len(text) > TEXT_CHARS_MAX:
            return f"its {name} is longer than {TEXT_CHARS_MAX} characters"
    if draft.type is EventType.AGENT_STATE:
        if not draft.agents:
            return "it reports an agent state but names no agent"
        if draft.agent_state not in AGENT_STATES:
            return "it reports an unknown agent state"
    return None


# -- reading rules -------------------------------------------------------------

_RULE_KEYS = frozenset({"when", "type", "why", "also", "each", "events"})


def read_rules(node: Node, fields: Node | None, compiler: Compiler) -> list[Rule]:
    common = dict(fields.items()) if fields is not None else {}
    for name, each in common.items():
        if name not in FIELDS:
            known = ", ".join(sorted(FIELDS))
            each.fail(
                f"`{name}` is not a valid field. Known: {known}.{meant(name, FIELDS)}"
            )
    rules = list(_rules(node, common, [], compiler))
    if len(rules) > RULES_MAX:
        node.fail(f"more than {RULES_MAX} rules.")
    return rules


def _rules(
    node: Node,
    common: Mapping[str, Node],
    around: list[Condition],
    compiler: Compiler,
) -> Iterator[Rule]:
    """Rules in order; a group (`events` inside) shares its condition and fields."""
    for each in node.elements():
        entries = each.mapping(_RULE_KEYS | frozenset(FIELDS))
        own = {name: e for name, e in entries.items() if name not in _RULE_KEYS}
        when = entries.get("when")
        conditions = [*around, *([compiler.condition(when)] if when else [])]
        if "events" in entries:
            merged = {**common, **own}
            yield from _rules(entries["events"], merged, conditions, compiler)
        elif "type" not in entries:
            each.fail("`type` is missing.")
        else:
            yield _rule(entries, {**common, **own}, conditions, compiler)


def _rule(
    entries: Mapping[str, Node],
    fields: Mapping[str, Node],
    conditions: list[Condition],
    compiler: Compiler,
) -> Rule:
    kind = entries["type"].choice(*EventType, IGNORED)
    filled = {} if kind == IGNORED else fields
    return Rule(
        holds=_all(conditions),
        kind=kind,
        why=compiler.template(entries["why"]) if "why" in entries else None,
        fills=tuple(FIELDS[n](n, each, compiler) for n, each in filled.items()),
        also="also" in entries and entries["also"].flag(),
        each=compiler.value(entries["each"]) if "each" in entries else None,
        must_have_call="call_id" in filled and kind != EventType.AGENT_STATE,
        declared=tuple(declared_fields(filled)),
    )


def _all(conditions: list[Condition]) -> Condition | None:
    if len(conditions) < 2:
        return conditions[0] if conditions else None
    return lambda scope: all(holds(scope) for holds in conditions)


def _text(name: str, node: Node, compiler: Compiler) -> Fill:
    read = compiler.value(node)

    def fill(fields: dict[str, object], scope: ExpressionScope) -> None:
        text = as_text(read(scope))
        if text:
            fields[name] = text[:TEXT_CHARS_MAX]

    return fill


def _identifier(name: str, node: Node, compiler: Compiler) -> Fill:
    """Never cut: what is cut could name another call."""
    read = compiler.value(node)

    def fill(fields: dict[str, object], scope: ExpressionScope) -> None:
        text = (as_text(read(scope)) or "").strip()
        if text:
            fields[name] = text

    return fill


def _as(attribute: str) -> Callable[[str, Node, Compiler], Fill]:
    """A field that is called otherwise in a `Draft`; numbers keep empty text."""

    def factory(_: str, node: Node, compiler: Compiler) -> Fill:
        read = compiler.value(node)

        def fill(fields: dict[str, object], scope: ExpressionScope) -> None:
            text = as_text(read(scope))
            if text is not None:
                fields[attribute] = text[:TEXT_CHARS_MAX]

        return fill

    return factory


def _agents(name: str, node: Node, compiler: Compiler) -> Fill:
    read = compiler.value(node)

    def fill(fields: dict[str, object], scope: ExpressionScope) -> None:
        value = read(scope)
        listed = value if isinstance(value, list) else [value]
        texts = (as_text(each) for each in listed[:AGENTS_MAX])
        kept = dict.fromkeys(text[:TEXT_CHARS_MAX] for text in texts if text)
        fields[name] = tuple(kept)

    return fill


def _scope(name: str, node: Node, compiler: Compiler) -> Fill:
    if node.is_scalar:
        fixed = CallScope(node.choice(*CallScope))

        def constant(fields: dict[str, object], scope: ExpressionScope) -> None:
            fields[name] = fixed

        return constant
    read = compiler.value(node)

    def fill(fields: dict[str, object], scope: ExpressionScope) -> None:
        leg = as_text(read(scope)) == CallScope.LEG
        fields[name] = CallScope.LEG if leg else CallScope.CALL

    return fill


def _at(_: str, node: Node, compiler: Compiler) -> Fill:
    read = compiler.value(node)

    def fill(fields: dict[str, object], scope: ExpressionScope) -> None:
        moment = read(scope)
        scope.variables["at"] = moment
        if isinstance(moment, Moment):
            fields["at_us"] = moment.us

    return fill


def _start(_: str, node: Node, compiler: Compiler) -> Fill:
    read = compiler.value(node)

    def fill(fields: dict[str, object], scope: ExpressionScope) -> None:
        moment = read(scope)
        if isinstance(moment, Moment):
            fields["start_us"] = moment.us

    return fill


def _sequence(name: str, node: Node, compiler: Compiler) -> Fill:
    read = compiler.value(node)

    def fill(fields: dict[str, object], scope: ExpressionScope) -> None:
        text = as_text(read(scope)) or ""
        if text.isdecimal() and len(text) <= 18:
            fields[name] = int(text)

    return fill


def _outcome(name: str, node: Node, compiler: Compiler) -> Fill:
    read = compiler.value(node)

    def fill(fields: dict[str, object], scope: ExpressionScope) -> None:
        text = as_text(read(scope))
        if text in OUTCOMES:
            fields[name] = text

    return fill


def _withheld(name: str, node: Node, compiler: Compiler) -> Fill:
    holds = compiler.condition(node)

    def fill(fields: dict[str, object], scope: ExpressionScope) -> None:
        fields[name] = holds(scope)

    return fill


def _attributes(name: str, node: Node, compiler: Compiler) -> Fill:
    """Named values; under `"*"` a mapping whose entries are taken as they are."""
    getters = [(key, compiler.value(each)) for key, each in node.items()]

    def fill(fields: dict[str, object], scope: ExpressionScope) -> None:
        attributes: dict[str, str] = {}
        for key, read in getters:
            value = read(scope)
            given = value.items() if isinstance(value, dict) else [(key, value)]
            for own, each in given:
                text = as_text(each)
                if text and len(attributes) < ATTRIBUTES_MAX:
                    attributes[str(own)[:TEXT_CHARS_MAX]] = text[:TEXT_CHARS_MAX]
        fields[name] = attributes

    return fill


def _identity(name: str, node: Node, compiler: Compiler) -> Fill:
    getters = [compiler.value(each) for each in node.one_or_many()]

    def fill(fields: dict[str, object], scope: ExpressionScope) -> None:
        values = [as_text(read(scope)) or "" for read in getters]
        fields[name] = tuple(values) if not all(map(empty, values)) else ()

    return fill


def _among(
    allowed: Collection[str], factory: Callable[[str, Node, Compiler], Fill]
) -> Callable[[str, Node, Compiler], Fill]:
    """A field of few values: a constant that is none of them is a slip of the pen."""

    def checked(name: str, node: Node, compiler: Compiler) -> Fill:
        check_constants(name, node, allowed)
        return factory(name, node, compiler)

    return checked


FIELDS: Mapping[str, Callable[[str, Node, Compiler], Fill]] = {
    "call_id": _identifier,
    "leg_id": _identifier,
    "related_call_id": _identifier,
    "scope": _scope,
    "direction": _among(DIRECTIONS, _text),
    "from": _as("caller"),
    "to": _as("dialled"),
    "withheld": _withheld,
    "caller_name": _text,
    "agents": _agents,
    "from_agent": _text,
    "target": _text,
    "queue": _text,
    "at": _at,
    "start": _start,
    "outcome": _among(OUTCOMES, _outcome),
    "cause": _text,
    "sequence": _sequence,
    "state": _among(AGENT_STATES, _as("agent_state")),
    "attributes": _attributes,
    "event_id": _identifier,
    "identity": _identity,
}
