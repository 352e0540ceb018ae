"""What is wrong in the configuration, where, and what should be written instead?

A `Problem` prints as `file:line:column: key: sentence. remedy`; a
`ConfigProblems` holds all problems of a file, so that one look is enough.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

from rich.text import Text

from screenpop.domain.errors import ConfigError

KeyPath = tuple[str | int, ...]
"""The way to a value: `("sources", "crm", "timeout_ms")`; lists count from 0."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Place:
    """Where something stands; lines and columns count from 1."""

    file: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Problem:
    """One thing to correct. `sentence` and `remedy` never hold a secret's value.

    `stops`: does it keep the service from running? A source whose library is not
    installed does not: the service runs without that source.
    """

    file: str
    line: int
    column: int
    key: str
    sentence: str
    remedy: str = ""
    stops: bool = True

    @classmethod
    def at(
        cls,
        place: Place,
        key: KeyPath | str,
        sentence: str,
        remedy: str = "",
        *,
        stops: bool = True,
    ) -> Problem:
        return cls(
            file=place.file,
            line=place.line,
            column=place.column,
            key=_one_line(key if isinstance(key, str) else dotted(key)),
            sentence=_one_line(sentence.rstrip(".")),
            remedy=_one_line(remedy),
            stops=stops,
        )

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}"
        key = f"{self.key}: " if self.key else ""
        return f"{place}: {key}{self.sentence}. {self.remedy}".rstrip()


class ConfigProblems(ConfigError):
    """The file has these problems, in the order in which they stand in it."""

    def __init__(self, problems: Iterable[Problem]):
        self.problems: tuple[Problem, ...] = tuple(sorted(set(problems)))
        super().__init__("\n".join(str(problem) for problem in self.problems))


def _one_line(text: str) -> str:
    """What people wrote may hold anything; a problem is one line."""
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def dotted(path: KeyPath) -> str:
    """`("dispositions", 0, "code")` becomes `dispositions[0].code`."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += f".{part}" if text else part
    return text


_SENTENCE_END = re.compile(r"\.\s+(?=[A-Z`\"])")


def split_text(text: str) -> tuple[str, str]:
    """The text of an error as its first sentence and the rest, its remedy."""
    sentence, *rest = _SENTENCE_END.split(text.strip(), maxsplit=1)
    return sentence.rstrip("."), "".join(rest)


def did_you_mean(word: str, known: Iterable[str], *, noun: str = "keys") -> str:
    """A remedy: the nearest known word, else all of them (at most 30)."""
    words = sorted(set(known))
    nearest = difflib.get_close_matches(word.lower(), words, n=1, cutoff=0.6)
    if nearest:
        return f"Did you mean `{nearest[0]}`?"
    if not words:
        return f"There are no {noun} here."
    more = " …" if len(words) > 30 else ""
    return f"Known {noun}: {', '.join(words[:30])}{more}."


def listed(words: Sequence[str], last: str = "and") -> str:
    """`a`, `a and b`, `a, b and c`."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def plain(problems: Iterable[Problem]) -> str:
    """`file:line:column: key: sentence. remedy`, one a line; editors know the form."""
    return "\n".join(str(problem) for problem in problems)


def rich(problems: Sequence[Problem]) -> Text:
    """The same lines with colours; the text itself is never read as markup."""
    text = Text(no_wrap=False)
    for problem in problems:
        text.append(f"{problem.file}:{problem.line}:{problem.column}: ", "dim")
        if problem.key:
            text.append(f"{problem.key}: ", "bold cyan")
        text.append(f"{problem.sentence}. ", "red")
        text.append(f"{problem.remedy}\n")
    return text


def as_json(problems: Iterable[Problem]) -> list[dict[str, str | int]]:
    """Objects with `file`, `line`, `column`, `key`, `sentence`, `remedy`."""
    return [
        {key: value for key, value in asdict(problem).items() if key != "stops"}
        for problem in problems
    ]


def counted(problems: Sequence[Problem]) -> str:
    return "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
