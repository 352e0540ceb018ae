"""Is this configuration fit to run, its dialects included?

The one way from a file to what a verb may run with; light to import, because every
verb takes it.
"""

from __future__ import annotations

from pathlib import Path

from screenpop.config.check import Checked, verdict
from screenpop.config.load import Examined, Loaded, examine
from screenpop.config.model import LineSettings
from screenpop.config.problems import ConfigProblems, Problem
from screenpop.insight.policy import rules_of
from screenpop.intake.webhook import check_line as check_one
from screenpop.lookup.sources import FindConnector
from screenpop.support import log as logs


def checked_whole(examined: Examined, find: FindConnector | None = None) -> Checked:
    """All problems, also those that only a line's dialect can see.

    What must never be logged is known to the log from here on.
    """
    loaded = examined.loaded
    public_url = loaded.config.server.public_url if loaded else None

    def check_line(name: str, line: LineSettings) -> None:
        check_one(name, line, public_url)

    if loaded is not None:
        logs.protect(loaded.secrets)
    checked = verdict(
        examined, find=find, check_line=check_line, check_policy=_policy_problems
    )
    logs.protect(checked.secrets)
    return checked


def _policy_problems(loaded: Loaded) -> list[Problem]:
    _, mistakes = rules_of(loaded.config)
    return [loaded.problem(x.path, x.sentence, x.remedy) for x in mistakes]


def load_checked(path: Path, find: FindConnector | None = None) -> Loaded:
    """A file fit to run; raises `ConfigProblems` with everything that is wrong.

    A source that cannot be loaded here does not stop the others: it is logged and
    reported by the parts that would use it.
    """
    examined = examine(path)
    checked = checked_whole(examined, find)
    if examined.loaded is None or any(x.stops for x in checked.problems):
        raise ConfigProblems(checked.problems)
    return examined.loaded
