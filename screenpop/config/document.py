"""What does the YAML text say, and where does each value stand?

Plain scalars follow the YAML 1.2 core schema, narrowed so that nothing that
people write for Norway, telephone numbers or times turns into something else:
only `true` and `false` are flags, numbers are decimal, without leading `0` or
`+`, and keys are always text. Size, depth and the expansion of aliases are
limited; duplicate keys and tags are problems.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from screenpop.config.problems import ConfigProblems, KeyPath, Place, Problem
from screenpop.support.file_stamps import FileStamps, Stamp, stamp
from screenpop.support.yaml_text import DEPTH_MAX, NotYaml, composed, plain

BYTES_MAX = 1_048_576
VALUES_MAX = 100_000  # after aliases are expanded

Value = str | int | float | bool | None | list["Value"] | dict[str, "Value"]

_TEXT_TAG = "tag:yaml.org,2002:str"
_TAGS = frozenset(
    "tag:yaml.org,2002:" + kind
    for kind in (
        *("str", "int", "float", "bool", "null", "timestamp"),
        *("merge", "value", "map", "seq"),
    )
)
_MERGE = "<<"
TWO_FACED = frozenset({"yes", "no", "on", "off", "y", "n"})
"""Plain words that older YAML reads as flags."""


@dataclass(slots=True, kw_only=True)
class Document:
    """A file as nested plain values; `places` has an entry for each of them."""

    root: Value
    places: dict[KeyPath, Place] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    two_faced: dict[KeyPath, str] = field(default_factory=dict)


def read_document(text: str, file: str) -> Document:
    """Raises `ConfigProblems` when the text is not YAML that can be used at all."""
    try:
        node = composed(text, BYTES_MAX)
    except NotYaml as error:
        place = Place(file=file, line=error.line, column=error.column)
        raise _fatal(place, error.sentence, error.remedy) from error
    document = Document(root=None)
    if node is not None:
        reader = _Reader(document, file)
        document.root = reader.value(node, (), _place(node, file))
    return document


class _Reader:
    """Turns nodes into values, notes places, collects problems."""

    def __init__(self, document: Document, file: str):
        self._document = document
        self._file = file
        self._above: list[yaml.Node] = []  # an alias to one of these never ends
        self._values = 0

    def value(self, node: yaml.Node, path: KeyPath, place: Place) -> Value:
        self._document.places.setdefault(path, place)
        self._values += 1
        if self._values > VALUES_MAX:
            raise _fatal(
                place,
                f"has more than {VALUES_MAX} values once its aliases are expanded",
                "Write fewer aliases (`*name`).",
            )
        if any(node is other for other in self._above):
            self._problem(place, path, "is an alias to something that contains it")
            return None
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node, path, place)
        self._above.append(node)
        try:
            return self._collection(node, path, place)
        finally:
            self._above.pop()

    def _collection(self, node: yaml.Node, path: KeyPath, place: Place) -> Value:
        if len(self._above) > DEPTH_MAX:
            sentence = f"is nested deeper than {DEPTH_MAX} levels"
            raise _fatal(place, sentence, "Write fewer aliases (`*name`).")
        if node.tag not in _TAGS:
            self._tag(node, path, place)
        if isinstance(node, yaml.SequenceNode):
            return [
                self.value(item, (*path, index), _place(item, self._file))
                for index, item in enumerate(node.value)
            ]
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        raise AssertionError(f"unknown node {node!r}")

    def _mapping(self, node: yaml.MappingNode, path: KeyPath) -> dict[str, Value]:
        mapping: dict[str, Value] = {}
        merged: dict[str, Value] = {}
        for key, child in node.value:
            place = _place(key, self._file)
            name = key.value if isinstance(key, yaml.ScalarNode) else None
            if name is None:
                self._problem(place, path, "has a key that is not text")
            elif name == _MERGE and key.style is None:
                self._merge(child, path, place, merged)
            elif name in mapping:
                first = self._document.places[*path, name].line
                self._problem(
                    place,
                    (*path, name),
                    f"stands here a second time, first in line {first}",
                    "Keep one of the two.",
                )
            else:
                self._forget((*path, name))
                mapping[name] = self.value(child, (*path, name), place)
        return {**merged, **mapping}

    def _merge(
        self, node: yaml.Node, path: KeyPath, place: Place, into: dict[str, Value]
    ) -> None:
        """`<<: *base`: keys that are not written here come from there."""
        parts = node.value if isinstance(node, yaml.SequenceNode) else [node]
        for part in parts:
            if isinstance(part, yaml.MappingNode):
                value = self.value(part, path, place)
                assert isinstance(value, dict | None)
                into.update({k: v for k, v in (value or {}).items() if k not in into})
            else:
                remedy = "Write `<<: *name` with the anchor of a mapping."
                self._problem(place, (*path, _MERGE), "must name a mapping", remedy)

    def _forget(self, path: KeyPath) -> None:
        """A key written here replaces a merged one, its places too."""
        places = self._document.places
        if path in places:
            for old in [other for other in places if other[: len(path)] == path]:
                del places[old]
                self._document.two_faced.pop(old, None)

    def _scalar(self, node: yaml.ScalarNode, path: KeyPath, place: Place) -> Value:
        text = str(node.value)
        if node.tag == "!" or (node.style and node.tag == _TEXT_TAG):
            return text  # quoted or a block: text as it stands
        if node.tag not in _TAGS:
            self._tag(node, path, place)
            return text
        if text.lower() in TWO_FACED:
            self._document.two_faced[path] = text
        return plain(text)

    def _tag(self, node: yaml.Node, path: KeyPath, place: Place) -> None:
        remedy = (
            "Write the value without a tag; a secret from a file is `${file:PATH}`."
        )
        self._problem(place, path, f"has the tag `{node.tag}`", remedy)

    def _problem(
        self, place: Place, path: KeyPath, sentence: str, remedy: str = ""
    ) -> None:
        self._document.problems.append(Problem.at(place, path, sentence, remedy))


def _place(marked: yaml.Node | yaml.Event, file: str) -> Place:
    mark = marked.start_mark
    if mark is None:
        return Place(file=file)
    return Place(file=file, line=mark.line + 1, column=mark.column + 1)


def _fatal(place: Place, sentence: str, remedy: str) -> ConfigProblems:
    return ConfigProblems([Problem.at(place, "", sentence, remedy)])


# -- What do `${NAME}` and `${file:PATH}` in a text stand for?
# `${NAME}` is an environment variable, `${NAME:-default}` has a default for one
# that is unset or empty, `${file:PATH}` is the content of a file without its last
# line end (Docker and Kubernetes secrets; relative paths start at the
# configuration's folder), `$${` is a plain `${`.

SECRET_BYTES_MAX = 65_536

_FORM = re.compile(r"\$(?P<escaped>\$\{)|\$\{(?P<inside>[^{}]*)\}")
_NAME = re.compile(r"(?P<name>[A-Za-z_][A-Za-z0-9_]*)(:-(?P<default>.*))?\Z", re.DOTALL)
SECRET_WORD = re.compile(
    r"secret|token|passw|pwd|credential|api_?key|private|signing|auth_?key|dsn|bearer|header_value|query_value",
    re.IGNORECASE,
)
"""Names of keys and variables whose values are never shown."""


@dataclass(slots=True, kw_only=True)
class Filled:
    """A text with its references replaced."""

    text: str
    used: tuple[str, ...] = ()  # what was inside of each `${…}`
    secrets: frozenset[str] = frozenset()
    problems: tuple[tuple[str, str], ...] = ()  # (sentence, remedy)
    files: FileStamps = field(default_factory=dict)  # that were read for it


@dataclass(slots=True)
class _Filling:
    environ: Mapping[str, str]
    folder: Path
    used: list[str] = field(default_factory=list)
    secrets: set[str] = field(default_factory=set)
    problems: list[tuple[str, str]] = field(default_factory=list)
    files: dict[Path, Stamp] = field(default_factory=dict)

    def replace(self, match: re.Match[str]) -> str:
        if match["escaped"]:
            return "${"
        inside = match["inside"]
        self.used.append(inside.partition(":-")[0])
        if inside.startswith("file:"):
            return self._file(inside.removeprefix("file:"))
        named = _NAME.match(inside)
        if named is None:
            sentence = f"has `${{{inside}}}`, which is not a valid variable name"
            remedy = "Write `${NAME}`, `${NAME:-default}`, `${file:PATH}` or `$${`."
            return self._failed(sentence, remedy)
        return self._variable(named["name"], named["default"])

    def _variable(self, name: str, default: str | None) -> str:
        value = self.environ.get(name) or default
        if value is None:
            state = "is empty" if name in self.environ else "is not set"
            return self._failed(
                f"needs the environment variable {name}, which {state}",
                f"Set it, or give a default: `${{{name}:-…}}`.",
            )
        if SECRET_WORD.search(name):
            self.secrets.add(value)
        return value

    def _file(self, name: str) -> str:
        path = self.folder / name
        self.files[path] = stamp(path)
        remedy = "Put the file there, readable for the user of the service."
        try:
            if path.is_file() and path.stat().st_size > SECRET_BYTES_MAX:
                sentence = f"names {path}, which has over {SECRET_BYTES_MAX} bytes"
                return self._failed(sentence, "A secret is one short text.")
            text = path.read_text("utf-8").removesuffix("\n").removesuffix("\r")
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or "it is not UTF-8 text"
            return self._failed(f"cannot read {path}: {why}", remedy)
        if not text:
            return self._failed(f"names {path}, which is empty", "Write the secret.")
        self.secrets.add(text)
        return text

    def _failed(self, sentence: str, remedy: str) -> str:
        self.problems.append((sentence, remedy))
        return ""


def fill(text: str, environ: Mapping[str, str], folder: Path) -> Filled:
    """Replace every reference; what cannot be replaced becomes a problem."""
    if "$" not in text:
        return Filled(text=text)
    filling = _Filling(environ, folder)
    replace: Callable[[re.Match[str]], str] = filling.replace
    return Filled(
        text=_FORM.sub(replace, text),
        used=tuple(filling.used),
        secrets=frozenset(filling.secrets),
        problems=tuple(filling.problems),
        files=filling.files,
    )
