"""Where in a dialect does this stand, is it of the right kind, and what was meant?

Dialects are read as YAML nodes rather than values, so that every complaint can
name file, line and column.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import NoReturn

import yaml

from screenpop.domain.errors import ConfigError
from screenpop.support.yaml_text import NotYaml, composed, plain

Scalar = str | int | float | bool | None

DIALECT_BYTES_MAX = 262_144


class Node:
    """One YAML node that knows its file and how to complain."""

    __slots__ = ("file", "yaml")

    def __init__(self, file: str, node: yaml.Node):
        self.file = file
        self.yaml = node

    def fail(self, message: str, *, offset: int = 0) -> NoReturn:
        """Raise `ConfigError` that points here; `offset` counts into the text."""
        mark = self.yaml.start_mark
        quoted = isinstance(self.yaml, yaml.ScalarNode) and self.yaml.style in (
            "'",
            '"',
        )
        column = mark.column + 1 + offset + (1 if quoted and offset else 0)
        raise ConfigError(f"{self.file}:{mark.line + 1}:{column}: {message}")

    @property
    def is_mapping(self) -> bool:
        return isinstance(self.yaml, yaml.MappingNode)

    @property
    def is_list(self) -> bool:
        return isinstance(self.yaml, yaml.SequenceNode)

    @property
    def is_scalar(self) -> bool:
        return isinstance(self.yaml, yaml.ScalarNode)

    def items(self) -> Iterator[tuple[str, Node]]:
        """Keys (always text) and value nodes; refuses a key that stands twice."""
        if not isinstance(self.yaml, yaml.MappingNode):
            self.fail("must be a mapping (`key: value`).")
        seen: set[str] = set()
        for key, value in self.yaml.value:
            name = Node(self.file, key)
            if not isinstance(key, yaml.ScalarNode):
                name.fail("a key must be plain text.")
            if key.value in seen:
                name.fail(f"`{key.value}` is a duplicate key. Keep one.")
            seen.add(key.value)
            yield key.value, Node(self.file, value)

    def mapping(
        self, allowed: frozenset[str] | None = None, required: tuple[str, ...] = ()
    ) -> dict[str, Node]:
        """The entries, checked against the names that mean something here."""
        entries = dict(self.items())
        for name in entries:
            if allowed is not None and name not in allowed:
                known = f"{', '.join(sorted(allowed))}.{meant(name, allowed)}"
                self._key(name).fail(f"`{name}` means nothing here. Known: {known}")
        for name in required:
            if name not in entries:
                self.fail(f"`{name}` is missing.")
        return entries

    def _key(self, name: str) -> Node:
        """The key itself, to point at."""
        keys = (key for key, _ in self.yaml.value if key.value == name)
        return Node(self.file, next(keys, self.yaml))

    def elements(self) -> list[Node]:
        if not isinstance(self.yaml, yaml.SequenceNode):
            self.fail("must be a list (`- …`).")
        return [Node(self.file, each) for each in self.yaml.value]

    def one_or_many(self) -> list[Node]:
        return self.elements() if self.is_list else [self]

    def scalar(self) -> Scalar:
        if not isinstance(self.yaml, yaml.ScalarNode):
            self.fail("must be a single value.")
        text: str = self.yaml.value
        if self.yaml.style is not None:
            return text
        return plain(text)

    def text(self) -> str:
        """A text as written, numbers included."""
        if not isinstance(self.yaml, yaml.ScalarNode):
            self.fail("must be text.")
        return str(self.yaml.value)

    def number(self) -> float:
        value = self.scalar()
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.fail("must be a number.")
        return value

    def flag(self) -> bool:
        value = self.scalar()
        if not isinstance(value, bool):
            self.fail("must be true or false.")
        return value

    def choice(self, *choices: str) -> str:
        text = self.text()
        if text not in choices:
            known = ", ".join(choices)
            self.fail(f"must be one of {known}; is `{text}`.{meant(text, choices)}")
        return text

    def data(self) -> object:
        """Plain values all the way down."""
        if self.is_mapping:
            return {name: node.data() for name, node in self.items()}
        if self.is_list:
            return [node.data() for node in self.elements()]
        return self.scalar()


def read_yaml(path: Path) -> Node:
    """The root of a dialect file. Raises `ConfigError`."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"{path}: cannot be read: {error}. Give the name of a built-in dialect or"
            " the path of a YAML file."
        ) from error
    return parse_yaml(text, str(path))


def parse_yaml(text: str, file: str) -> Node:
    try:
        node = composed(text, DIALECT_BYTES_MAX)
    except NotYaml as error:
        place = f"{file}:{error.line}:{error.column}"
        raise ConfigError(f"{place}: {error.sentence}. {error.remedy}") from error
    if node is None:
        raise ConfigError(f"{file}:1:1: is empty.")
    return Node(file, node)


# -- This word means nothing: which one was meant?

SYNONYMS: Mapping[str, str] = {
    "accepted": "answered", "active": "answered", "connected": "answered",
    "established": "answered", "pickup": "answered", "talking": "answered",
    "dialing": "alerting", "offered": "alerting", "ring": "alerting",
    "ringing": "alerting", "incoming": "arrived", "initiated": "arrived",
    "new": "arrived", "started": "arrived", "enqueued": "queued", "waiting": "queued",
    "hold": "held", "on_hold": "held", "retrieve": "retrieved", "unhold": "resumed",
    "unheld": "resumed", "unpark": "retrieved", "unparked": "retrieved",
    "park": "parked", "forwarded": "transferred", "transfer": "transferred",
    "completed": "ended", "disconnected": "ended", "finished": "ended",
    "hangup": "ended", "hungup": "ended", "over": "ended", "terminated": "ended",
    "missed": "unanswered", "no_answer": "unanswered", "mailbox": "voicemail",
    "busy": "break", "away": "break", "dnd": "break", "pause": "break",
    "paused": "break", "acw": "wrap_up", "idle": "available", "ready": "available",
    "caller": "from", "callee": "to", "called": "to", "agent": "agents",
    "time": "at", "timestamp": "at", "reason": "cause", "name": "caller_name",
}  # fmt: skip
"""What telephone systems call what we call otherwise."""


def translated(word: str, known: Collection[str]) -> str:
    """` Did you mean …?` for a word of other systems: cheap enough for each request."""
    other = SYNONYMS.get(word[:40].lower().replace("-", "_").replace(" ", "_"))
    return f" Did you mean `{other}`?" if other in known else ""


def meant(word: str, known: Collection[str]) -> str:
    """` Did you mean …?` where a known word is near or means the same; else nothing."""
    plain = word.lower().replace("-", "_").replace(" ", "_")
    other = SYNONYMS.get(plain)
    near = difflib.get_close_matches(word.lower(), known, n=1, cutoff=0.8)
    if not near and other in known:
        near = [str(other)]
    near = near or difflib.get_close_matches(word.lower(), known, n=1, cutoff=0.6)
    return f" Did you mean `{near[0]}`?" if near else ""


# -- Which dialects come with Screenpop?

DIALECTS_FOLDER = Path(__file__).with_name("dialects")
STREAMS = ("asterisk_ami", "asterisk_ari", "freeswitch_esl")
"""Dialects of systems that are listened to, see `streams.registry`."""


def unknown_dialect(name: str) -> str:
    known = [*dialect_names(), *STREAMS]
    return (
        f"there is no dialect `{name}`. Built in: {', '.join(dialect_names())}."
        f" Streams: {', '.join(STREAMS)}. Or give the path of a YAML file."
        f"{meant(name, known)}"
    )


def dialect_names() -> list[str]:
    """The built-in dialects."""
    return sorted(path.stem for path in DIALECTS_FOLDER.glob("*.yaml"))
