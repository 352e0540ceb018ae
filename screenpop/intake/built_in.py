"""Which dialects come with Screenpop?"""

from __future__ import annotations

from pathlib import Path

from screenpop.intake.spelling import meant

DIALECTS_FOLDER = Path(__file__).with_name("dialects")
STREAMS = ("asterisk_ami", "asterisk_ari", "freeswitch_esl")
"""Dialects of systems that are listened to, see `streams.registry`."""


def unknown_dialect(name: str) -> str:
    known = [*dialect_names(), *STREAMS]
    return (
        f"there is no dialect `{name}`. Built in: {', '.join(dialect_names())}."
        f" Streams: {', '.join(STREAMS)}. Or give the path of a YAML file."
        f"{meant(name, known)}"
    )


def dialect_names() -> list[str]:
    """The built-in dialects."""
    return sorted(path.stem for path in DIALECTS_FOLDER.glob("*.yaml"))
