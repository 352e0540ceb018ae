"""What does this short text in a dialect take out of a payload?

    caller.phone_number                a path; `$` names what is not payload:
    $header.x-zm-request-timestamp     $header $query $setting $parent $claims …
    a.b || c.d                         the first that says something
    users[0].id, users[-1], users[].id an element, the last one, one of each
    legs[?state=='held' && kind!='x']  the elements for which it holds; =~ 'pattern'
    timestamp | epoch_s                a filter, see `filters`
    'text', 42, true, null             constants

A path into something missing, or of the wrong type, is null and never an error.
An expression compiles to one closure.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from screenpop.intake.facts import Facts
from screenpop.intake.yaml_nodes import meant
from screenpop.support.comparing import alike as alike
from screenpop.support.comparing import empty as empty
from screenpop.support.comparing import listed as listed


@dataclass(slots=True)
class ExpressionScope:
    """What an expression can see: the item at hand, and the request around it."""

    item: object
    facts: Facts
    parent: object = None
    index: int = 0
    variables: dict[str, object] = field(default_factory=dict)


Getter = Callable[[ExpressionScope], object]
Filter = Callable[[object, ExpressionScope], object]
FilterFactory = Callable[[list[Getter]], Filter]
Step = Callable[[object, ExpressionScope], object]

ROOTS = frozenset(
    {
        "header", "query", "setting", "parent", "claims", "method", "path", "index",
        "url", "body",
    }
)  # fmt: skip


class ExpressionError(ValueError):
    """The text is no expression; `offset` says where it goes wrong."""

    def __init__(self, message: str, offset: int):
        super().__init__(message)
        self.offset = offset


_TOKEN = re.compile(
    r"""\s*(?:
    (?P<number>-?\d+(?:\.\d+)?)(?![\w-])
    |(?P<name>\$?[A-Za-z_@][\w@-]*|\$)
    |(?P<text>'(?:[^'\\]|\\.)*')
    |(?P<quoted>"(?:[^"\\]|\\.)*")
    |(?P<mark>\|\||&&|==|!=|=~|\[\]|\[\?|[.\[\]()|,])
    )""",
    re.VERBOSE,
)
_CONSTANTS: Mapping[str, object] = {"true": True, "false": False, "null": None}


def constant(value: object) -> Getter:
    return lambda scope: value


def compile_expression(
    text: str, filters: Mapping[str, FilterFactory], names: frozenset[str]
) -> Getter:
    """Raises `ExpressionError`. `names` are the variables that `$` may name."""
    return _ExpressionParser(text, filters, names).whole()


class _ExpressionParser:
    def __init__(
        self, text: str, filters: Mapping[str, FilterFactory], names: frozenset[str]
    ):
        self._filters = filters
        self._names = names
        self._tokens = _tokens(text)
        self._at = 0

    def whole(self) -> Getter:
        getter = self._piped()
        kind, text, offset = self._peek()
        if kind != "end":
            raise ExpressionError(f"`{text}` was not expected here.", offset)
        return getter

    def _peek(self) -> tuple[str, str, int]:
        return self._tokens[self._at]

    def _take(self) -> tuple[str, str, int]:
        token = self._tokens[self._at]
        self._at += 1
        return token

    def _is(self, mark: str) -> bool:
        kind, text, _ = self._peek()
        return kind == "mark" and text == mark

    def _expect(self, mark: str) -> None:
        _, text, offset = self._peek()
        if not self._is(mark):
            raise ExpressionError(f"`{mark}` was expected before `{text}`.", offset)
        self._at += 1

    def _piped(self) -> Getter:
        getter = self._alternatives()
        while self._is("|"):
            self._at += 1
            getter = _through(getter, self._filter())
        return getter

    def _filter(self) -> Filter:
        kind, name, offset = self._take()
        factory = self._filters.get(name) if kind == "name" else None
        if factory is None:
            known = f"{', '.join(sorted(self._filters))}.{meant(name, self._filters)}"
            raise ExpressionError(
                f"`{name}` is not a valid filter. Known: {known}", offset
            )
        arguments: list[Getter] = []
        if self._is("("):
            self._at += 1
            while not self._is(")"):
                arguments.append(self._alternatives())
                if not self._is(")"):
                    self._expect(",")
            self._at += 1
        try:
            return factory(arguments)
        except ValueError as error:
            raise ExpressionError(f"`{name}`: {error}", offset) from error

    def _alternatives(self) -> Getter:
        getters = [self._primary()]
        while self._is("||"):
            self._at += 1
            getters.append(self._primary())
        return getters[0] if len(getters) == 1 else first_of(getters)

    def _primary(self) -> Getter:
        kind, text, offset = self._take()
        if kind == "text":
            return constant(_unescaped(text))
        if kind == "number":
            return constant(float(text) if "." in text else int(text))
        if kind == "mark" and text == "(":
            getter = self._piped()
            self._expect(")")
            return self._steps(getter)
        if kind == "quoted":
            return self._path(None, [_unescaped(text)])
        if kind != "name":
            raise ExpressionError(f"`{text}` starts no expression.", offset)
        if text in _CONSTANTS:
            return constant(_CONSTANTS[text])
        if text == "@":
            return self._path(None, [])
        if text.startswith("$"):
            return self._path(self._root(text[1:], offset), [])
        return self._path(None, [text])

    def _root(self, name: str, offset: int) -> str:
        if name not in ROOTS and name not in self._names:
            known = ", ".join(f"${each}" for each in sorted(ROOTS | self._names))
            raise ExpressionError(f"`${name}` is not known. Known: {known}.", offset)
        return name

    def _path(self, root: str | None, keys: list[str]) -> Getter:
        while self._is("."):
            self._at += 1
            keys.append(self._key())
        lower = root == "header"
        plain = tuple(key.lower() if lower else key for key in keys)
        if root is None:
            getter = _item_path(plain)
        elif root in ROOTS:
            getter = _request_path(root, plain)
        else:
            getter = _variable_path(root, plain)
        return self._steps(getter)

    def _key(self) -> str:
        kind, text, offset = self._take()
        if kind == "quoted":
            return _unescaped(text)
        if kind in ("name", "number"):
            return text
        raise ExpressionError(f"a name was expected instead of `{text}`.", offset)

    def _steps(self, getter: Getter) -> Getter:
        """Everything behind the first bracket or behind a parenthesis."""
        steps: list[Step] = []
        each = False
        while True:
            if self._is("."):
                self._at += 1
                key = self._key()
                steps.append(_each_key(key) if each else _key_step(key))
            elif self._is("[]"):
                self._at += 1
                steps.append(_flatten if each else _listed)
                each = True
            elif self._is("[?"):
                self._at += 1
                steps.append(self._selection())
                each = True
            elif self._is("["):
                self._at += 1
                steps.append(self._index())
                each = False
            else:
                break
        return _stepped(getter, steps) if steps else getter

    def _index(self) -> Step:
        kind, text, offset = self._take()
        if kind == "number" and "." not in text:
            self._expect("]")
            return _index_step(int(text))
        raise ExpressionError(f"a whole number was expected, not `{text}`.", offset)

    def _selection(self) -> Step:
        tests: list[Callable[[ExpressionScope], bool]] = [self._test()]
        while self._is("&&"):
            self._at += 1
            tests.append(self._test())
        self._expect("]")
        return _selected(tests)

    def _pattern_test(self, left: Getter) -> Callable[[ExpressionScope], bool]:
        kind, text, offset = self._take()
        if kind != "text":
            raise ExpressionError("a pattern in quotes was expected.", offset)
        try:
            pattern = re.compile(_unescaped(text), re.IGNORECASE)
        except re.error as error:
            raise ExpressionError(
                f"{text} is not a valid pattern: {error}.", offset
            ) from error
        return lambda scope: _fits(pattern, left(scope))

    def _test(self) -> Callable[[ExpressionScope], bool]:
        left = self._alternatives()
        if self._is("=~"):
            self._at += 1
            return self._pattern_test(left)
        for mark, wanted in (("==", True), ("!=", False)):
            if self._is(mark):
                self._at += 1
                return _equal(left, self._primary(), wanted)
        return lambda scope: not empty(left(scope)) and left(scope) is not False


def _fits(pattern: re.Pattern[str], value: object) -> bool:
    return isinstance(value, str) and pattern.search(value[:512]) is not None


def _tokens(text: str) -> list[tuple[str, str, int]]:
    tokens: list[tuple[str, str, int]] = []
    at = 0
    end = len(text.rstrip())
    while at < end:
        found = _TOKEN.match(text, at)
        if found is None:
            raise ExpressionError(f"`{text[at:].strip()[:20]}` cannot be read.", at)
        kind = found.lastgroup or "mark"
        tokens.append((kind, found[kind], found.start(kind)))
        at = found.end()
    tokens.append(("end", "the end", end))
    return tokens


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text[1:-1])


def first_of(getters: list[Getter]) -> Getter:
    def getter(scope: ExpressionScope) -> object:
        value: object = None
        for each in getters:
            value = each(scope)
            if not empty(value):
                return value
        return None

    return getter


def _through(getter: Getter, change: Filter) -> Getter:
    return lambda scope: change(getter(scope), scope)


def _descend(value: object, keys: tuple[str, ...]) -> object:
    for key in keys:
        if type(value) is not dict:
            return None
        value = value.get(key)
    return value


def _item_path(keys: tuple[str, ...]) -> Getter:
    if len(keys) == 1:
        (key,) = keys

        def one(scope: ExpressionScope) -> object:
            item = scope.item
            return item.get(key) if type(item) is dict else None

        return one
    return lambda scope: _descend(scope.item, keys)


def _variable_path(name: str, keys: tuple[str, ...]) -> Getter:
    return lambda scope: _descend(scope.variables.get(name), keys)


def _request_path(root: str, keys: tuple[str, ...]) -> Getter:
    read = _REQUEST_PARTS[root]
    return lambda scope: _descend(read(scope), keys)


def _settings(scope: ExpressionScope) -> dict[str, str]:
    return {name: texts[0] for name, texts in scope.facts.settings.items() if texts}


_REQUEST_PARTS: Mapping[str, Callable[[ExpressionScope], object]] = {
    "header": lambda scope: scope.facts.headers,
    "query": lambda scope: scope.facts.query,
    "setting": _settings,
    "parent": lambda scope: scope.parent,
    "claims": lambda scope: scope.facts.claims,
    "method": lambda scope: scope.facts.request.method,
    "path": lambda scope: scope.facts.request.path.partition("?")[0],
    "index": lambda scope: scope.index,
    "url": lambda scope: scope.facts.url,
    "body": lambda scope: scope.facts.body_text,
}


def _stepped(getter: Getter, steps: list[Step]) -> Getter:
    def stepped(scope: ExpressionScope) -> object:
        value = getter(scope)
        for step in steps:
            if value is None:
                return None
            value = step(value, scope)
        return value

    return stepped


def _key_step(key: str) -> Step:
    return lambda value, scope: _descend(value, (key,))


def _each_key(key: str) -> Step:
    def step(value: object, scope: ExpressionScope) -> object:
        if not isinstance(value, list):
            return None
        found = [_descend(each, (key,)) for each in value]
        return [each for each in found if each is not None]

    return step


def _listed(value: object, scope: ExpressionScope) -> object:
    return listed(value)


def _flatten(value: object, scope: ExpressionScope) -> object:
    elements = listed(value)
    if elements is None:
        return None
    flat: list[object] = []
    for each in elements:
        flat.extend(each if isinstance(each, list) else [each])
    return flat


def _index_step(index: int) -> Step:
    def step(value: object, scope: ExpressionScope) -> object:
        elements = listed(value)
        if elements is None:
            return None
        return elements[index] if -len(elements) <= index < len(elements) else None

    return step


def _selected(tests: list[Callable[[ExpressionScope], bool]]) -> Step:
    def step(value: object, scope: ExpressionScope) -> object:
        elements = listed(value)
        if elements is None:
            return None
        inner = ExpressionScope(
            None, scope.facts, scope.parent, scope.index, scope.variables
        )
        kept: list[object] = []
        for each in elements:
            inner.item = each
            if all(test(inner) for test in tests):
                kept.append(each)
        return kept

    return step


def _equal(
    left: Getter, right: Getter, wanted: bool
) -> Callable[[ExpressionScope], bool]:
    return lambda scope: alike(left(scope), right(scope)) is wanted
