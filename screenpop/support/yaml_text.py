"""Can this YAML be used, and if not, where and why?

The one place that reads YAML text: size and depth are limited before anything is
built, and every fault has a line, a column and a remedy. Plain scalars follow the YAML
1.2 core schema, narrowed so that nothing that people write for Norway, telephone
numbers or times turns into something else: only `true` and `false` are flags, numbers
are decimal, without leading `0` or `+`.
"""

from __future__ import annotations

import re
from typing import Any

import yaml

DEPTH_MAX = 40

_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,17})\Z")
_FLOAT = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+|(?=[eE]))([eE][-+]?[0-9]{1,3})?\Z")
_WORDS: dict[str, bool | None] = {
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
    "null": None,
    "Null": None,
    "NULL": None,
    "~": None,
    "": None,
}


class NotYaml(ValueError):
    """The text cannot be used; `line` and `column` count from 1."""

    def __init__(self, line: int, column: int, sentence: str, remedy: str):
        super().__init__(sentence)
        self.line, self.column = line, column
        self.sentence, self.remedy = sentence, remedy


def composed(text: str, bytes_max: int) -> yaml.Node | None:
    """The root node, None for an empty text. Raises `NotYaml`."""
    if len(text.encode("utf-8", "replace")) > bytes_max:
        remedy = "Move texts such as long SQL to views or files of the source."
        raise NotYaml(1, 1, f"is larger than {bytes_max} bytes", remedy)
    try:
        _check_depth(text)
        return yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise _at(mark, *_explained(error)) from error
    except yaml.YAMLError as error:
        sentence = "has a character that YAML does not allow"
        place = _reader_place(error, text)
        raise NotYaml(*place, sentence, "Remove it; save as UTF-8.") from error


def plain(text: str) -> str | int | float | bool | None:
    """What a scalar without quotes means."""
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.match(text):
        return int(text)
    if _FLOAT.match(text):
        return float(text)
    return text


def _check_depth(text: str) -> None:
    """Walk the events first: composing recurses, so depth must be known before."""
    depth = 0
    documents = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        elif isinstance(event, yaml.DocumentStartEvent):
            documents += 1
        if depth > DEPTH_MAX:
            sentence = f"is nested deeper than {DEPTH_MAX} levels"
            raise _at(event.start_mark, sentence, "Check brackets and indentation.")
        if documents > 1:
            raise _at(
                event.start_mark,
                "holds more than one document",
                "Remove the line `---`; one file is one configuration.",
            )


def _at(mark: Any, sentence: str, remedy: str) -> NotYaml:
    if mark is None:
        return NotYaml(1, 1, sentence, remedy)
    return NotYaml(mark.line + 1, mark.column + 1, sentence, remedy)


def _reader_place(error: yaml.YAMLError, text: str) -> tuple[int, int]:
    position = getattr(error, "position", 0)
    before = text[: position if isinstance(position, int) else 0]
    line = before.count("\n") + 1
    return line, len(before) - before.rfind("\n")


_REMEDIES = (
    ("found character '\\t'", "Indent with spaces, not with tabs."),
    ("mapping values are not allowed", "Put a text that holds `: ` in quotes."),
    ("found undefined alias", "Write the anchor `&name` before the alias `*name`."),
    ("could not find expected ':'", "Write `key: value`."),
    ("expected ',' or '}'", "Put `${NAME}` in quotes inside of `{ }`."),
    ("expected ',' or ']'", "Close the list with `]`; quote texts with brackets."),
    ("expected <block end>", "Check the indentation: same level, same column."),
    ("found unexpected end of stream", "Close the quotes or brackets."),
    ("cannot start any token", "Put the text in quotes."),
)


def _explained(error: yaml.MarkedYAMLError) -> tuple[str, str]:
    said = " ".join(filter(None, (error.context, error.problem)))
    for fragment, remedy in _REMEDIES:
        if fragment in said:
            return f"is not valid YAML here ({said})", remedy
    return f"is not valid YAML here ({said})", "Check indentation and quotes."
