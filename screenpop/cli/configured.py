"""Is this configuration fit to run, its dialects included?"""

from __future__ import annotations

from screenpop.app.intake import check_line as check_one
from screenpop.config.check import Checked, verdict
from screenpop.config.load import Examined
from screenpop.config.model import Line


def checked_whole(examined: Examined) -> Checked:
    """All problems, also those that only a line's dialect can see."""
    loaded = examined.loaded
    public_url = loaded.config.server.public_url if loaded else None

    def check_line(name: str, line: Line) -> None:
        check_one(name, line, public_url)

    return verdict(examined, check_line=check_line)
