"""Where in the file is the word of a query that an error is about?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from screenpop.config.load import Loaded
from screenpop.config.problems import KeyPath, Place, Problem

KEYS = ("query", "match", "fields", "path")
"""Where connectors write what they ask for, the likeliest first."""

_NAMED = re.compile(
    r"no such (?:column|table|function): (\S+)"
    r"|no column ([^.]+)"
    r"|\bcolumn ([\w.]+) does not exist"
    r"|[\"'`]([^\"'`]+)[\"'`]"
    r"|for table (\w+)"
)
_WORD = r"(?<![\w]){}(?![\w])"


class QueryText:
    """The lines of a configuration file, searched query by query."""

    def __init__(self, loaded: Loaded):
        self._loaded = loaded
        self._lines = _lines_of(loaded.file)

    def placed(self, problem: Problem, path: KeyPath, word: str = "") -> Problem:
        """The problem at this word of the query, else at one that its text names."""
        key = self._key(path)
        if key is None:
            return problem
        first = self._loaded.place(*key)
        words = [word] if word else [*_named(problem.sentence)]
        is_of_syntax = "syntax" in problem.sentence
        for one in words:
            found = list(self._places(one, key))
            if found and (len(found) == 1 or not is_of_syntax):
                return replace(problem, line=found[0].line, column=found[0].column)
        return replace(problem, line=first.line, column=first.column)

    def _key(self, path: KeyPath) -> KeyPath | None:
        keys = ((*path, key) for key in KEYS)
        return next((key for key in keys if self._loaded.has(*key)), None)

    def _places(self, word: str, key: KeyPath) -> Iterator[Place]:
        """Every place of the word between this key and the next one."""
        first = self._loaded.place(*key)
        pattern = re.compile(_WORD.format(re.escape(word)), re.IGNORECASE)
        for number in range(first.line, self._end_of(key, first)):
            line = self._lines[number - 1] if number <= len(self._lines) else ""
            begin = first.column - 1 + len(str(key[-1])) if number == first.line else 0
            for match in pattern.finditer(line, begin):
                yield Place(file=first.file, line=number, column=match.start() + 1)

    def _end_of(self, key: KeyPath, first: Place) -> int:
        """The line of the next key that is not on the same line."""
        later = (
            place.line
            for path, place in self._loaded.places.items()
            if path[: len(key)] != key and place.line > first.line
        )
        return min(later, default=len(self._lines) + 1)


def _named(sentence: str) -> Iterator[str]:
    """The names in a database's own words; `o.Total` also as `Total`."""
    for match in _NAMED.finditer(sentence):
        word = next(filter(None, match.groups())).strip("\"'`")
        yield word
        if "." in word:
            yield word.rpartition(".")[2]


def _lines_of(file: Path) -> list[str]:
    try:
        return file.read_text(encoding="utf-8").splitlines()
    except OSError:  # it was read before, and is gone now: the keys' places must do
        return []
