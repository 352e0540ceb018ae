"""Which configuration does this verb run with, if it is fit to run at all?"""

from __future__ import annotations

from pathlib import Path

from screenpop.config.check import Checked, verdict
from screenpop.config.load import Examined, Loaded, examine
from screenpop.config.model import Configuration, Line
from screenpop.config.problems import ConfigProblems
from screenpop.domain.call import LineId
from screenpop.intake.dialect import load_dialect
from screenpop.support.log import protect


def configured(file: Path) -> Loaded:
    """A file in which `check-config` finds no problem; its secrets stay out of logs.

    Raises `ConfigProblems` with all that is wrong.
    """
    examined = examine(file)
    checked = checked_whole(examined)
    if checked.problems or examined.loaded is None:
        raise ConfigProblems(checked.problems)
    protect(checked.secrets)
    return examined.loaded


def checked_whole(examined: Examined) -> Checked:
    """All problems, also those that only a line's dialect can see."""
    config = examined.loaded.config if examined.loaded else Configuration()

    def check_line(name: str, line: Line) -> None:
        load_dialect(line.dialect).bind(
            line=LineId(name),
            settings=line.settings,
            public_url=config.server.public_url,
        )

    return verdict(examined, check_line=check_line)
