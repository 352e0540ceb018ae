"""Which parameters does a query ask for, and does it only read?

The text is cut into literals, comments, words and parameters, so that `':number'`,
`-- :number` and `::date` are left alone. That it only reads is checked here for an
early, clear error; the read-only transaction is what enforces it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from screenpop.connector import ConfigError, checked
from screenpop_connectors.sql.comparison import Piece, widened

READING = frozenset({"select", "with", "values"})
WRITING = frozenset({"insert", "update", "delete", "merge", "into"})
ESCAPING = frozenset({"set_config"})  # could take back what makes a session read-only

_SHARED = r"""
  (?P<comment>--[^\n]*|/\*.*?\*/)
| (?P<quoted>{quoted})
| (?P<colons>::|:=)
| :(?P<parameter>[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)?)
| (?P<word>[A-Za-z_][\w$]*)
| (?P<semicolon>;)
| (?P<broken>['"`]|/\*)
| (?P<other>\s+|.)
"""
_STANDARD = r"""'(?:[^']|'')*'|"(?:[^"]|"")*\"|`(?:[^`]|``)*`"""
_BACKSLASH = r"""'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.|"")*\"|`(?:[^`]|``)*`"""
_BRACKETS = rf"{_STANDARD}|\[[^\]]*\]"
_POSTGRESQL = rf"[eE]'(?:[^'\\]|\\.|'')*'|\$(?P<tag>\w*)\$.*?\$(?P=tag)\$|{_STANDARD}"

_QUOTING = {
    "postgresql": _POSTGRESQL,
    "sqlite": _BRACKETS,
    "mssql": _BRACKETS,
    "mysql": _BACKSLASH,
    "mariadb": _BACKSLASH,
}


@dataclass(frozen=True)
class Statement:
    """A query that only reads, cut into pieces."""

    pieces: tuple[Piece, ...]
    parameters: frozenset[str]

    @cached_property
    def widened(self) -> tuple[Piece, ...]:
        """The same, with `IN` where a parameter is compared: kind `compared`."""
        return widened(self.pieces)

    @property
    def is_ordered(self) -> bool:
        """Does it say in which order its rows come?"""
        words = [p.text.lower() for p in self.pieces if p.kind == "word"]
        return ("order", "by") in pairwise(words)

    @cached_property
    def compared(self) -> frozenset[str]:
        """The parameters that are compared, at least in one place."""
        return frozenset(p.text for p in self.widened if p.kind == "compared")

    def written(
        self,
        *,
        parameter: Callable[[str], str],
        other: Callable[[str], str] = str,
        compared: Callable[[str], str] | None = None,
    ) -> str:
        """The text with each parameter, and all other text, written anew.

        With `compared` the parameters that are compared are written as a list of
        values behind `IN`.
        """
        writers = {"parameter": parameter, "compared": compared or parameter}
        pieces = self.pieces if compared is None else self.widened
        return "".join(writers.get(p.kind, other)(p.text) for p in pieces)


def bind_name(parameter: str) -> str:
    """A name that drivers accept: `customer.id` is bound as `customer__id`."""
    return parameter.replace(".", "__")


def parse(
    query: str, *, dialect: str, known: Callable[[str], str] = checked
) -> Statement:
    """Cut the query, in the quoting of a SQLAlchemy dialect name.

    Raises `ConfigError` for anything but a single SELECT; `known` raises it for a
    parameter that cannot exist.
    """
    pieces = _without_end(tuple(_pieces(query, dialect)))
    _refuse_swallowed(query, pieces)
    _refuse_writing(pieces)
    names = {known(piece.text) for piece in pieces if piece.kind == "parameter"}
    return Statement(pieces=pieces, parameters=frozenset(names))


def _pieces(query: str, dialect: str) -> Iterator[Piece]:
    quoted = _QUOTING.get(dialect, _STANDARD)
    pattern = re.compile(_SHARED.format(quoted=quoted), re.VERBOSE | re.DOTALL)
    for match in pattern.finditer(query):
        kind = match.lastgroup or "other"
        if kind == "broken":
            line = query.count("\n", 0, match.start()) + 1
            raise ConfigError(
                f"the query's line {line} opens {match.group()} and never closes it."
                " Close it."
            )
        yield Piece(match.group(kind), kind)


def _without_end(pieces: tuple[Piece, ...]) -> tuple[Piece, ...]:
    """Without a last semicolon and what may follow it: blanks and comments."""
    end = len(pieces)
    while end and _is_blank(pieces[end - 1]):
        end -= 1
    if end and pieces[end - 1].kind == "semicolon":
        return pieces[: end - 1]
    return pieces


def _is_blank(piece: Piece) -> bool:
    return piece.kind == "comment" or not piece.text.strip()


def _refuse_swallowed(query: str, pieces: tuple[Piece, ...]) -> None:
    """YAML's `>` makes one line of a query: then a comment hides all that follows."""
    comment = any(p.kind == "comment" and p.text.startswith("--") for p in pieces)
    if comment and "\n" not in query.strip():
        raise ConfigError(
            "the query is one line, and its -- comment hides the rest of it. Write it"
            " under `|` instead of `>`, or the comment as /* … */."
        )


def _refuse_writing(pieces: tuple[Piece, ...]) -> None:
    significant = [piece for piece in pieces if not _is_blank(piece)]
    if any(piece.kind == "semicolon" for piece in significant):
        raise ConfigError(
            "the query holds more than one statement. Keep one; make a lookup of each."
        )
    first = next((piece.text for piece in significant if piece.text != "("), "nothing")
    if first.lower() not in READING:
        raise ConfigError(
            f"the query starts with {first}. Only a SELECT (or WITH … SELECT) may be"
            " asked: a source is never written to."
        )
    for piece, following in zip(significant, [*significant[1:], None], strict=True):
        function = following is not None and following.text == "("
        word = piece.text.lower() if piece.kind == "word" else ""
        if word in ESCAPING or (word in WRITING and not function):
            raise ConfigError(
                f"the query holds the word {piece.text.upper()}: a source is never"
                " written to or locked. Remove it, or quote it if it names a column."
            )
