"""How are problems shown: as lines, in a terminal, as JSON?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict

from rich.text import Text

from screenpop.config.problems import Problem


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
