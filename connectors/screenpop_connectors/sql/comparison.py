"""Where does a query compare a column with a parameter?

`customer_id = :customer.key` becomes `customer_id IN (…)`, so that the key can be
compared in each of its spellings (`spelling.py`) and an index still serves. Only what
is sure to mean the same is changed; all else keeps the parameter as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Piece:
    text: str
    kind: str  # a group name of the pattern: `parameter`, `quoted`, `word`, ...


_BINDING = frozenset(
    {
        "collate", "like", "ilike", "rlike", "glob", "regexp", "match", "between", "in",
        "is", "not", "isnull", "notnull", "escape", "similar", "div", "mod", "xor",
        "at", "sounds", "operator", "overlaps",
    }
)  # fmt: skip
"""Words that would take the parameter as their operand."""
_NOT_A_COLUMN = frozenset(
    {"all", "any", "case", "cast", "exists", "false", "interval", "not", "null",
     "select", "some", "true"}
)  # fmt: skip
_BEFORE = frozenset({"where", "and", "or", "on", "when", "having", "not", "("})
"""What stands before a comparison that begins with the parameter."""


def widened(pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    """The pieces, each comparison with a parameter as `IN` with kind `compared`."""
    return _Widening(pieces).done()


class _Widening:
    def __init__(self, pieces: Sequence[Piece]):
        self._new: list[Sequence[Piece]] = [(piece,) for piece in pieces]
        self._pieces = pieces
        self._places = [
            at
            for at, piece in enumerate(pieces)
            if piece.text.strip() and piece.kind != "comment"
        ]

    def done(self) -> tuple[Piece, ...]:
        lists = self._lists()
        for nth, at in enumerate(self._places):
            if self._pieces[at].kind == "parameter":
                self._widen(nth, in_list=nth in lists)
        return tuple(piece for some in self._new for piece in some)

    def _widen(self, nth: int, *, in_list: bool) -> None:
        if in_list and self._text(nth + 1) in (",", ")"):
            at = self._places[nth]
            self._new[at] = (Piece(self._pieces[at].text, "compared"),)
        elif (operator := self._operator(nth)) and self._ends(nth + 1):
            word, length = operator
            self._replace(nth - length, nth, word)
        elif self._begins(nth) and (end := self._column(nth + 2)) is not None:
            self._swap(nth, end)

    def _operator(self, nth: int) -> tuple[str, int] | None:
        """`=`, `==`, `<>` or `!=` before this place: the word for it, its length."""
        two = (self._text(nth - 2), self._text(nth - 1))
        if two == ("=", "="):
            return "IN", 2
        if two in (("<", ">"), ("!", "=")):
            return "NOT IN", 2
        plain = two[1] == "=" and two[0] not in ("<", ">", "!", ":", "~", "*", "|", "@")
        return ("IN", 1) if plain and two[0] else None

    def _replace(self, first: int, parameter: int, word: str) -> None:
        name = self._pieces[self._places[parameter]].text
        for nth in range(first, parameter + 1):
            self._new[self._places[nth]] = ()
        self._new[self._places[parameter]] = _in_list(word, name)

    def _begins(self, nth: int) -> bool:
        """`:p = …` where nothing before takes the parameter as its operand."""
        begins = nth == 0 or self._text(nth - 1).lower() in _BEFORE
        return begins and self._text(nth + 1) == "=" and self._text(nth + 2) != "="

    def _column(self, nth: int) -> int | None:
        """The place of the last name of a plain column, if nothing else follows."""
        while self._is_name(nth):
            if self._text(nth + 1) != ".":
                return nth if self._ends(nth + 1) else None
            nth += 2
        return None

    def _swap(self, parameter: int, end: int) -> None:
        name = self._pieces[self._places[parameter]].text
        self._new[self._places[parameter]] = ()
        self._new[self._places[parameter + 1]] = ()
        last = self._places[end]
        self._new[last] = (self._pieces[last], *_in_list("IN", name))

    def _lists(self) -> frozenset[int]:
        """The places that are members of a list behind `IN`."""
        inside: list[bool] = []
        found = set()
        for nth in range(len(self._places)):
            text = self._text(nth)
            if text == "(":
                inside.append(self._text(nth - 1).lower() == "in")
            elif text == ")" and inside:
                inside.pop()
            elif inside and inside[-1] and self._text(nth - 1) in ("(", ","):
                found.add(nth)
        return frozenset(found)

    def _ends(self, nth: int) -> bool:
        text = self._text(nth)
        if text in ("", ")", ","):
            return True
        word = self._pieces[self._places[nth]].kind == "word"
        return word and text.lower() not in _BINDING

    def _is_name(self, nth: int) -> bool:
        if not 0 <= nth < len(self._places):
            return False
        piece = self._pieces[self._places[nth]]
        if piece.kind == "quoted":
            return piece.text[:1] in ('"', "`", "[")
        return piece.kind == "word" and piece.text.lower() not in _NOT_A_COLUMN

    def _text(self, nth: int) -> str:
        """Empty beyond both ends."""
        if not 0 <= nth < len(self._places):
            return ""
        piece = self._pieces[self._places[nth]]
        return piece.text if piece.kind != "parameter" else ":"


def _in_list(word: str, parameter: str) -> tuple[Piece, ...]:
    return (
        Piece(f" {word} (", "other"),
        Piece(parameter, "compared"),
        Piece(")", "other"),
    )
