"""Which further files belong to this configuration, and what do all say together?

`include: conf.d/*.yaml` adds the keys of other files, so that a team can own the file
of its source. A key belongs to one file: names under `sources`, `lookups`, … may be
spread over files, entries of lists are put together in the order of the file names. An
included file includes nothing itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from screenpop.config.document import Document, Value, read_document
from screenpop.config.problems import ConfigProblems, KeyPath, Place, Problem
from screenpop.support.file_stamps import Stamp, stamp

INCLUDE = "include"
FILES_MAX = 200
PATTERNS_MAX = 50
_WILD = frozenset("*?[")


def with_included(document: Document, path: Path) -> dict[Path, Stamp]:
    """Add what the included files say to the document, in place.

    Returns the files and the folders that were looked into, as they were before they
    were read. What is wrong is among the document's problems, with its own file.
    """
    looked_at: dict[Path, Stamp] = {}
    root = document.root
    if not isinstance(root, dict):
        return looked_at
    folder, files = path.absolute().parent, dict[Path, None]()
    for at, pattern in _patterns(document, root.get(INCLUDE)):
        for found in _matching(document, folder, at, pattern, looked_at):
            if found != path.absolute():
                files[found] = None
    if len(files) > FILES_MAX:
        sentence = f"names {len(files)} files, at most {FILES_MAX} are read"
        _say(document, (INCLUDE,), sentence, "Put several sources in one file.")
    for file in [*files][:FILES_MAX]:
        looked_at[file] = stamp(file)
        try:
            text = file.read_text("utf-8-sig")
            more = read_document(text, _named(file, path))
        except ConfigProblems as error:
            document.problems += error.problems
        except UnicodeDecodeError as error:
            sentence = f"includes {file}, which is not UTF-8 at byte {error.start}"
            _say(document, (INCLUDE,), sentence, "Save the file as UTF-8.")
        except OSError as error:
            sentence = f"cannot read {file}: {error.strerror}"
            _say(document, (INCLUDE,), sentence, "Check the path and the permissions.")
        else:
            _merge(document, more, Place(file=_named(file, path)))
    return looked_at


def _named(file: Path, main: Path) -> str:
    """As people name the main file: relative to where it is relative to."""
    if main.is_absolute():
        return str(file)
    return str(main.parent / file.relative_to(main.absolute().parent))


def _patterns(document: Document, value: Value) -> Iterator[tuple[KeyPath, str]]:
    """Texts only: the model reports other values."""
    if isinstance(value, str):
        yield (INCLUDE,), value
    elif isinstance(value, list):
        if len(value) > PATTERNS_MAX:
            sentence = f"has {len(value)} patterns, at most {PATTERNS_MAX} are read"
            _say(document, (INCLUDE,), sentence, "Use a pattern such as conf.d/*.yaml.")
        for index, each in enumerate(value[:PATTERNS_MAX]):
            if isinstance(each, str):
                yield (INCLUDE, index), each


def _matching(
    document: Document,
    folder: Path,
    at: KeyPath,
    pattern: str,
    looked_at: dict[Path, Stamp],
) -> list[Path]:
    parts = Path(pattern).parts
    if not parts or Path(pattern).is_absolute() or {"**", ".."} & set(parts):
        sentence = f"`{pattern}` is not a pattern below the folder of this file"
        _say(document, at, sentence, "Write e.g. conf.d/*.yaml, without ** and ..")
        return []
    if not _WILD & set(pattern):
        found = folder / pattern
        if found.is_file():
            return [found]
        looked_at[found] = stamp(found)
        _say(document, at, f"there is no file {found}", "Correct the name.")
        return []
    within = folder
    for part in parts[:-1]:
        if _WILD & set(part):
            break
        within /= part
    looked_at[within] = stamp(within)
    return sorted(each for each in folder.glob(pattern) if each.is_file())


def _merge(document: Document, more: Document, place: Place) -> None:
    document.problems += more.problems
    ours, theirs = document.root, more.root
    if theirs is None:
        return
    if not isinstance(theirs, dict) or not isinstance(ours, dict):
        sentence = "must be keys with values"
        document.problems.append(Problem.at(place, (), sentence, "E.g. `sources:`."))
        return
    for key, value in theirs.items():
        path: KeyPath = (key,)
        mine = ours.get(key)
        if key == INCLUDE:
            said = ("cannot stand in an included file", "Include it in the main file.")
            document.problems.append(Problem.at(more.places[path], path, *said))
        elif value is None or (key == "version" and mine == value):
            continue
        elif mine is None:
            ours[key] = value
            _take_places(document, more, path, path)
        elif isinstance(mine, dict) and isinstance(value, dict):
            _merge_names(document, more, key, mine, value)
        elif isinstance(mine, list) and isinstance(value, list):
            for index, entry in enumerate(value):
                _take_places(document, more, (key, index), (key, len(mine)))
                mine.append(entry)
        else:
            _twice(document, more, path)


def _merge_names(
    document: Document,
    more: Document,
    key: str,
    mine: dict[str, Value],
    theirs: dict[str, Value],
) -> None:
    for name, value in theirs.items():
        path: KeyPath = (key, name)
        if name in mine:
            _twice(document, more, path)
        else:
            mine[name] = value
            _take_places(document, more, path, path)


def _take_places(
    document: Document, more: Document, theirs: KeyPath, ours: KeyPath
) -> None:
    """Of a value and all within it; an entry of a list has another number here."""
    for path, place in more.places.items():
        if path[: len(theirs)] == theirs:
            document.places[*ours, *path[len(theirs) :]] = place
    for path, word in more.two_faced.items():
        if path[: len(theirs)] == theirs:
            document.two_faced[*ours, *path[len(theirs) :]] = word


def _twice(document: Document, more: Document, path: KeyPath) -> None:
    first = document.places[path]
    sentence = f"stands in {first.file}:{first.line}, too"
    problem = Problem.at(more.places[path], path, sentence, "Keep one of the two.")
    document.problems.append(problem)


def _say(document: Document, at: KeyPath, sentence: str, remedy: str) -> None:
    place = document.places.get(at, document.places[(INCLUDE,)])
    document.problems.append(Problem.at(replace(place), at, sentence, remedy))
