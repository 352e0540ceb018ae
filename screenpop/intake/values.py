"""What does a value in a dialect come to: constant, expression, choice, text?

    =inbound                            a constant
    data.number.digits | phone          an expression, see `expression`
    [a, b]                              the first that says something
    {when: CONDITION, value: V, else: V}
    {of: V, map: {busy: unanswered}, else: V}     without case; values as written
    {text: "{CallSid}/{SequenceNumber}"}          null when a hole is
    {jmespath: "a[?b].c | [0]"}                   for what expressions cannot do

A condition is a mapping, all of whose entries must hold; a list of mappings holds
when one does:

    event: [a, b]          one of these, without case; null means absent or empty
    code: {not: X} {starts: X} {matches: RE} {above: N} {below: N} {present: true}
          {differs_from: EXPRESSION}
    any: [CONDITION, …]    none: [CONDITION, …]
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import jmespath
from jmespath.exceptions import JMESPathError

from screenpop.intake.expression import (
    ExpressionError,
    ExpressionScope,
    Getter,
    alike,
    compile_expression,
    constant,
    first_of,
)
from screenpop.intake.filters import FILTERS, as_text
from screenpop.intake.yaml_nodes import Node
from screenpop.support.comparing import (
    Test,
    above,
    begins_with,
    below,
    matches,
    none_of,
    one_of,
    present,
)

Condition = Callable[[ExpressionScope], bool]

_FORMS: Mapping[str, frozenset[str]] = {
    "when": frozenset({"when", "value", "else"}),
    "of": frozenset({"of", "map", "else"}),
    "text": frozenset({"text"}),
    "jmespath": frozenset({"jmespath"}),
}
_HOLE = re.compile(r"\{([^{}]*)\}|\{\{|\}\}")


class Compiler:
    """Compiles the values of one dialect; `names` are its `let` variables so far."""

    def __init__(self, names: frozenset[str] = frozenset()):
        self.names = names

    def with_name(self, name: str) -> Compiler:
        return Compiler(self.names | {name})

    # -- values ----------------------------------------------------------------

    def value(self, node: Node) -> Getter:
        if node.is_list:
            return first_of([self.value(each) for each in node.elements()])
        if node.is_mapping:
            return self._form(node)
        value = node.scalar()
        if not isinstance(value, str):
            return constant(value)
        if value.startswith("="):
            return constant(value[1:])
        return self.expression(node, value)

    def expression(self, node: Node, text: str, offset: int = 0) -> Getter:
        try:
            return compile_expression(text, FILTERS, self.names)
        except ExpressionError as error:
            node.fail(f"in `{text}`: {error}", offset=offset + error.offset)

    def _form(self, node: Node) -> Getter:
        first = next((name for name, _ in node.items() if name in _FORMS), None)
        if first is None:
            node.fail(f"needs one of {', '.join(_FORMS)}.")
        entries = node.mapping(_FORMS[first])
        if first == "text":
            return self.template(entries["text"])
        if first == "jmespath":
            return _jmespath(entries["jmespath"])
        other = self.value(entries["else"]) if "else" in entries else constant(None)
        if first == "of":
            if "map" not in entries:
                node.fail("`map` is missing next to `of`.")
            return self._mapped(entries["of"], entries["map"], other)
        if "value" not in entries:
            node.fail("`value` is missing next to `when`.")
        holds, value = self.condition(entries["when"]), self.value(entries["value"])
        return lambda scope: value(scope) if holds(scope) else other(scope)

    def _mapped(self, of: Node, table: Node, other: Getter) -> Getter:
        read = self.value(of)
        known = {name.casefold(): node.scalar() for name, node in table.items()}

        def getter(scope: ExpressionScope) -> object:
            key = (as_text(read(scope)) or "").casefold()
            return known[key] if key in known else other(scope)

        return getter

    def template(self, node: Node) -> Getter:
        """Text with `{expression}` holes; null when one of them is null."""
        parts = self.template_parts(node)

        def getter(scope: ExpressionScope) -> object:
            texts: list[str] = []
            for part in parts:
                text = part if isinstance(part, str) else as_text(part(scope))
                if text is None:
                    return None
                texts.append(text)
            return "".join(texts)

        return getter

    def template_parts(self, node: Node, text: str = "") -> list[str | Getter]:
        """The texts and holes of `text`, or of the node's own text."""
        text = text or node.text()
        parts: list[str | Getter] = []
        at = 0
        for hole in _HOLE.finditer(text):
            parts.append(text[at : hole.start()])
            at = hole.end()
            if hole[0] in ("{{", "}}"):
                parts.append(hole[0][0])
            else:
                parts.append(self.expression(node, hole[1], hole.start(1)))
        parts.append(text[at:])
        return [part for part in parts if part != ""]

    # -- conditions ------------------------------------------------------------

    def condition(self, node: Node) -> Condition:
        if node.is_list:
            return _any([self.condition(each) for each in node.elements()])
        tests = [self._entry(name, each) for name, each in node.items()]
        if len(tests) == 1:
            return tests[0]
        return lambda scope: all(test(scope) for test in tests)

    def _entry(self, name: str, node: Node) -> Condition:
        if name in ("any", "none") and node.is_list:
            some = _any([self.condition(each) for each in node.elements()])
            return some if name == "any" else lambda scope: not some(scope)
        read = self.expression(node, name)
        compared = dict(node.items()).get("differs_from") if node.is_mapping else None
        test = self._test(node)
        if compared is None:
            return lambda scope: test(read(scope))
        other = self.value(compared)
        return lambda scope: test(read(scope)) and not alike(read(scope), other(scope))

    def _test(self, node: Node) -> Test:
        if node.is_list:
            return one_of([each.scalar() for each in node.elements()])
        if not node.is_mapping:
            return one_of([node.scalar()])
        tests = [
            _operator(name, each)
            for name, each in node.items()
            if name != "differs_from"  # the only one that looks at a second value
        ]
        return lambda value: all(test(value) for test in tests)


def _any(conditions: list[Condition]) -> Condition:
    return lambda scope: any(condition(scope) for condition in conditions)


def _starts(node: Node) -> Test:
    return begins_with([each.text() for each in node.one_or_many()])


def _matches(node: Node) -> Test:
    try:
        return matches(node.text())
    except re.error as error:
        node.fail(f"`{node.text()}` is not a valid pattern: {error}.")


_OPERATORS: Mapping[str, Callable[[Node], Test]] = {
    "not": lambda node: none_of([each.scalar() for each in node.one_or_many()]),
    "starts": _starts,
    "matches": _matches,
    "above": lambda node: above(node.number()),
    "below": lambda node: below(node.number()),
    "present": lambda node: present(node.flag()),
}


def _operator(name: str, node: Node) -> Test:
    if name not in _OPERATORS:
        node.fail(
            f"`{name}` is not a valid test. Known: {', '.join(sorted(_OPERATORS))}."
        )
    return _OPERATORS[name](node)


def _jmespath(node: Node) -> Getter:
    try:
        compiled = jmespath.compile(node.text())
    except JMESPathError as error:
        node.fail(
            f"`{node.text()}` is not valid JMESPath: {str(error).splitlines()[0]}"
        )

    def getter(scope: ExpressionScope) -> object:
        try:
            found: object = compiled.search(scope.item)
        except (JMESPathError, RecursionError, TypeError, ValueError):
            return None
        return found

    return getter
