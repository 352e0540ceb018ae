"""What became of a changed configuration file, as administrators see it?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec

from screenpop.config.differences import What
from screenpop.config.problems import Problem

Outcome = Literal["switched", "unchanged", "refused", "acceptable"]
"""`acceptable`: of a dry run; it would be switched to."""


class KeySeen(msgspec.Struct, frozen=True, kw_only=True):
    """A key that differs, without its value. `restart`: why it cannot change now."""

    key: str
    what: What
    restart: str | None = None


class ProblemSeen(msgspec.Struct, frozen=True, kw_only=True):
    file: str
    line: int
    column: int
    key: str
    sentence: str
    remedy: str


class ReloadSeen(msgspec.Struct, frozen=True, kw_only=True):
    """`by` is a user, `file` (it changed) or `signal`; `changed` are the first 200."""

    at: str
    by: str
    outcome: Outcome
    changed: Sequence[KeySeen]
    changed_count: int
    sources: Sequence[str]  # those that are opened again
    problems: Sequence[ProblemSeen]
    warnings: Sequence[ProblemSeen]
    ms: float


class ConfigurationSeen(msgspec.Struct, frozen=True, kw_only=True):
    """`can_reload` False: the configuration is not in a file.

    `last` is what became of the last reload that was not a dry run.
    """

    file: str
    files: Sequence[str]
    loaded_at: str
    can_reload: bool
    watched_every_s: float
    last: ReloadSeen | None = None


def seen(problem: Problem) -> ProblemSeen:
    return ProblemSeen(
        file=problem.file,
        line=problem.line,
        column=problem.column,
        key=problem.key,
        sentence=problem.sentence,
        remedy=problem.remedy,
    )
