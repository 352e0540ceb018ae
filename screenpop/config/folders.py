"""Can the service make a folder that the configuration names, and write into it?"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from screenpop.config.load import Loaded
from screenpop.config.problems import KeyPath, Problem


def folder_problems(
    loaded: Loaded, path: KeyPath, folder: Path, *, stops: bool = True
) -> Iterator[Problem]:
    """Tried where it is missing, and taken back at once."""
    wanted = loaded.folder / folder
    here = wanted
    while not _exists(here) and here != here.parent:
        here = here.parent
    if not here.is_dir():
        sentence = f"{here} is not a folder"
        yield loaded.problem(path, sentence, "Name a folder of its own.", stops=stops)
    elif not os.access(here, os.W_OK | os.X_OK):
        sentence = f"{wanted} cannot be written: no permission in {here}"
        remedy = "Give the user of the service the right to write there."
        yield loaded.problem(path, sentence, remedy, stops=stops)
    elif (reason := _unmakeable(wanted)) is not None:
        remedy = "Let the service's user create it, or name another folder."
        sentence = f"{wanted} cannot be created: {reason}"
        yield loaded.problem(path, sentence, remedy, stops=stops)


def _unmakeable(wanted: Path) -> str | None:
    """Why not? Rights alone do not show it: file systems of the kernel, long names."""
    missing = [one for one in (wanted, *wanted.parents) if not _exists(one)]
    made: list[Path] = []
    try:
        for folder in reversed(missing):
            folder.mkdir()
            made.append(folder)
    except (OSError, ValueError) as error:
        return getattr(error, "strerror", None) or str(error)
    finally:
        for folder in reversed(made):
            folder.rmdir()
    return None


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):
        return False
