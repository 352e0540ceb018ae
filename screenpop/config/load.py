"""What does this configuration file say, or everything that is wrong with it?

YAML with places, `${…}` from environment and files, then the models of `model`.
What needs more than one key at a time is looked at in `check`.
"""

from __future__ import annotations

import copy
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import BaseModel, SecretStr, ValidationError

from screenpop.config.document import Document, Filled, Value, fill, read_document
from screenpop.config.include import with_included
from screenpop.config.model import Configuration
from screenpop.config.problems import (
    ConfigProblems,
    KeyPath,
    Place,
    Problem,
    split_text,
)
from screenpop.config.translate import secret_name, translated
from screenpop.domain.errors import ConfigError, Unloadable
from screenpop.support.file_stamps import FileStamps, stamps

SECRET_CHARS_MIN = 4  # shorter texts look like ordinary words
_ROUNDS_MAX = 8  # of leaving out what is wrong to see the rest


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A configuration with the places of its values.

    `secrets` are texts that must never be shown or logged: contents of
    `${file:…}`, `SecretStr` values and values whose key or variable says so.
    """

    config: Configuration
    file: Path
    folder: Path
    places: Mapping[KeyPath, Place]
    secrets: frozenset[str] = field(default=frozenset(), repr=False)
    filled: frozenset[KeyPath] = frozenset()
    worker: int | None = None  # of `serve --workers N`: from 1 to N
    files: FileStamps = field(default_factory=dict)
    """What was read for it: this file and those of `${file:…}`, as they were then."""

    @property
    def included(self) -> list[Path]:
        """The included files that say something, relative to `folder`."""
        files = {Path(place.file) for place in self.places.values()} - {self.file}
        folder = self.file.parent
        return sorted(x.relative_to(folder) for x in files if x.is_relative_to(folder))

    def has(self, *path: str | int) -> bool:
        """Is it written in the file, whether usable or not?"""
        return path in self.places

    def place(self, *path: str | int) -> Place:
        """Where a key stands, or the nearest key around it."""
        for length in range(len(path), -1, -1):
            if (place := self.places.get(path[:length])) is not None:
                return place
        return Place(file=str(self.file))

    def hidden(self, path: KeyPath) -> bool:
        """Must the value of this key stay out of every message?"""
        return path in self.filled or secret_name(path)

    def problem(
        self,
        path: KeyPath,
        sentence: str,
        remedy: str = "",
        *,
        stops: bool = True,
        at: KeyPath | None = None,
    ) -> Problem:
        """`at`: the key that the problem comes from, where it is another one."""
        place = self.place(*(path if at is None else at))
        said = self._without_secrets(sentence), self._without_secrets(remedy)
        return Problem.at(place, path, *said, stops=stops)

    def told(
        self, path: KeyPath, error: ConfigError, *, at: KeyPath | None = None
    ) -> Problem:
        """An error of a connector or dialect: `sentence. Remedy.`"""
        stops = not isinstance(error, Unloadable)
        return self.problem(path, *split_text(str(error)), stops=stops, at=at)

    def _without_secrets(self, text: str) -> str:
        for secret in self.secrets:
            if len(secret) >= SECRET_CHARS_MIN:
                text = text.replace(secret, "…")
        return text


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """All problems of a file; `loaded` holds what could be used of it, if any."""

    loaded: Loaded | None
    problems: tuple[Problem, ...]


def load_config(path: Path, *, environ: Mapping[str, str] | None = None) -> Loaded:
    """Read a configuration file; raises `ConfigProblems` with all its problems."""
    examined = examine(path, environ=environ)
    if examined.problems or examined.loaded is None:
        raise ConfigProblems(examined.problems)
    return examined.loaded


def examine(path: Path, *, environ: Mapping[str, str] | None = None) -> Examined:
    """Read as far as possible: what is wrong is left out, and reported."""
    before = stamps([path.absolute()])
    try:
        text = _read(path)
    except ConfigProblems as error:
        return Examined(loaded=None, problems=error.problems)
    return _examined(text, path, environ, before)


def examine_text(
    text: str, path: Path, *, environ: Mapping[str, str] | None = None
) -> Examined:
    """`examine` for a text that would stand at `path`."""
    return _examined(text, path, environ, {})


def _examined(
    text: str, path: Path, environ: Mapping[str, str] | None, files: FileStamps
) -> Examined:
    environ = os.environ if environ is None else environ
    try:
        document = read_document(text, str(path))
    except ConfigProblems as error:
        return Examined(loaded=None, problems=error.problems)
    included = with_included(document, path)
    both = {**files, **included} if files else files
    return _ConfigReading(path, document, environ, both).examined()


def from_text(
    text: str, *, folder: Path, environ: Mapping[str, str] | None = None
) -> Loaded:
    """A configuration that is not in a file (demo, tests)."""
    name = "screenpop.yaml"
    reading = _ConfigReading(
        folder / name, read_document(text, name), environ or {}, {}
    )
    examined = reading.examined()
    if examined.problems or examined.loaded is None:
        raise ConfigProblems(examined.problems)
    return examined.loaded


def _read(path: Path) -> str:
    place = Place(file=str(path))
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        remedy = "Save the file as UTF-8."
        sentence = f"is not UTF-8 text at byte {error.start}"
        raise ConfigProblems([Problem.at(place, "", sentence, remedy)]) from error
    except OSError as error:
        sentence = f"cannot be read: {error.strerror or error}"
        remedy = "Check the path and the permissions."
        raise ConfigProblems([Problem.at(place, "", sentence, remedy)]) from error


class _ConfigReading:
    """One file on its way from YAML to `Loaded`."""

    def __init__(
        self,
        path: Path,
        document: Document,
        environ: Mapping[str, str],
        files: FileStamps,
    ):
        self._path = path
        self._files = dict(files)
        self._document = document
        self._environ = environ
        self._problems: dict[KeyPath, list[Problem]] = {}
        self._secrets: set[str] = set()
        self._filled: set[KeyPath] = set()
        self._folder = path.absolute().parent

    def examined(self) -> Examined:
        root = self._root()
        problems = [*self._document.problems]
        loaded = None
        if isinstance(root, dict):
            self._look_for_two_faced()
            loaded = self._validated(root)
        for same in self._problems.values():
            problems += same
        return Examined(loaded=loaded, problems=ConfigProblems(problems).problems)

    def _root(self) -> Value:
        root = self._document.root
        if root is None:
            self._say((), "is empty", "Start with `version: 1`; see the examples.")
        elif not isinstance(root, dict):
            self._say((), "must be keys with values", "Start with `version: 1`.")
        else:
            root = {key: value for key, value in root.items() if value is not None}
        return self._fill(root, ())

    def _fill(self, value: Value, path: KeyPath) -> Value:
        if isinstance(value, dict):
            return {key: self._fill(v, (*path, key)) for key, v in value.items()}
        if isinstance(value, list):
            return [self._fill(v, (*path, i)) for i, v in enumerate(value)]
        if not isinstance(value, str):
            return value
        filled = fill(value, self._environ, self._folder)
        if self._files:
            self._files |= {
                x: y for x, y in filled.files.items() if x not in self._files
            }
        self._note(filled, path)
        return filled.text

    def _note(self, filled: Filled, path: KeyPath) -> None:
        self._secrets |= filled.secrets
        if filled.used:
            self._filled.add(path)
        if filled.text and secret_name(path):
            self._secrets.add(filled.text)
        for sentence, remedy in filled.problems:
            self._say(path, sentence, remedy)

    def _look_for_two_faced(self) -> None:
        """Where no model says text or flag, `no` must not be guessed."""
        for path, word in self._document.two_faced.items():
            if path[:1] == ("lines",) and path[2:3] == ("settings",):
                self._say(
                    path,
                    f"is `{word}` without quotes, which may mean a text or a flag",
                    f'Write true or false, or "{word}" in quotes.',
                )

    def _validated(self, root: Value) -> Loaded | None:
        data = copy.deepcopy(root)
        for _ in range(_ROUNDS_MAX):
            try:
                config = Configuration.model_validate(data)
            except ValidationError as error:
                found = translated(
                    error.errors(include_url=False),
                    Configuration,
                    data,
                    self._loaded(Configuration()),
                )
                for path, problem in found.items():
                    if path not in self._problems:
                        self._problems[path] = [problem]
                    _leave_out(data, path)
                continue
            return self._loaded(config)
        return None

    def _loaded(self, config: Configuration) -> Loaded:
        return Loaded(
            config=config,
            file=self._path,
            folder=self._folder,
            places=self._document.places,
            secrets=frozenset(s for s in self._secrets | secrets_of(config) if s),
            filled=frozenset(self._filled),
            files=self._files,
        )

    def _say(self, path: KeyPath, sentence: str, remedy: str = "") -> None:
        place = self._document.places.get(path, Place(file=str(self._path)))
        problem = Problem.at(place, path, sentence, remedy)
        self._problems.setdefault(path, []).append(problem)


def _leave_out(data: Value, path: KeyPath) -> None:
    """Remove the wrong value; an entry of a list, or a missing key, with all around."""
    here = data
    way: list[tuple[dict[str, Value], str]] = []
    for part in path:
        if isinstance(here, list) and isinstance(part, int) and part < len(here):
            here = here[part]
            continue
        if not isinstance(here, dict) or not isinstance(part, str):
            break
        way.append((here, part))
        here = here.get(part)
    if way and way[-1][1] not in way[-1][0]:
        way.pop()
    if way:
        holder, key = way[-1]
        holder.pop(key, None)


def secrets_of(model: BaseModel) -> set[str]:
    """The texts of all `SecretStr` in a model, to be kept out of the log."""
    found: set[str] = set()
    for value in dict(model).values():
        _collect(value, found)
    return found


def _collect(value: object, found: set[str]) -> None:
    if isinstance(value, SecretStr):
        found.add(value.get_secret_value())
    elif isinstance(value, BaseModel):
        found |= secrets_of(value)
    elif isinstance(value, Mapping):
        for child in value.values():
            _collect(child, found)
    elif isinstance(value, list | tuple | set | frozenset):
        for child in value:
            _collect(child, found)
