"""Which keys differ between two configurations, and may each change while calls go on?

Pure. Names keys, never values: a value may be a secret.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel

from screenpop.config.model import Configuration
from screenpop.config.problems import KeyPath, dotted
from screenpop.config.sources import LookupSettings, Source

What = Literal["added", "removed", "changed"]
SHOWN_MAX = 200  # changes named one by one

_BY_START = "a node takes its sockets, folders, name and zone at its start"
_FOLDED = "the calls that go on were folded by it"
_KEYS = "the keys of callers are opened with the journal, at the start"
_RESTARTS: Mapping[tuple[str, ...], str] = {
    ("version",): "it says how the file is read",
    ("server",): _BY_START,
    ("journal",): "the journal is opened at the start",
    ("store",): "the store is opened at the start",
    ("limits", "events_per_call_max"): _FOLDED,
    ("limits", "live_calls_max"): _FOLDED,
    ("limits", "resume_pops_max"): _FOLDED,
    ("calls",): _FOLDED,
    ("security",): "sessions and log-in limits are made with it",
    ("privacy", "encrypt"): _KEYS,
    ("privacy", "key_file"): _KEYS,
    ("lines", "*", "same_calls_as"): _FOLDED,
    ("recall", "days"): "the list is read from the store at the start",
}
"""Keys that need a restart, and why; `*` is any name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedKey:
    """`restart`: why the change needs a restart; None: it is taken while running."""

    path: KeyPath
    what: What
    restart: str | None = None

    @property
    def key(self) -> str:
        return dotted(self.path)


def changed_keys(old: Configuration, new: Configuration) -> list[ChangedKey]:
    """Every key that differs, in the order of the new file; removed ones last."""
    return [
        ChangedKey(path=path, what=what, restart=_why_restart(path, before, after))
        for path, what, before, after in _differences((), old, new)
    ]


def unchanged_sources(old: Configuration, new: Configuration) -> frozenset[str]:
    """Enabled sources that are asked as before: their connections and caches stay.

    An answer is kept under its lookup's name, so a source with another lookup, or
    with one that asks otherwise, is another source.
    """
    return frozenset(
        name
        for name, source in new.sources.items()
        if source.enabled and _asked(old, name) == _asked(new, name)
    )


def _asked(
    config: Configuration, name: str
) -> tuple[Source | None, Mapping[str, LookupSettings]]:
    mine = {k: v for k, v in config.lookups.items() if v.source == name}
    return config.sources.get(name), mine


def _why_restart(path: KeyPath, before: object, after: object) -> str | None:
    """Of a whole entry that comes or goes, a key in it that has a value counts."""
    for pattern, why in _RESTARTS.items():
        is_within = len(pattern) == len(path) + 1 and _matches(path, pattern[:-1])
        values = (_value(each, pattern[-1]) for each in (before, after))
        if _matches(path, pattern) or (is_within and any(values)):
            return why
    return None


def _value(within: object, key: str) -> object:
    return getattr(within, key, None) if isinstance(within, BaseModel) else None


def _matches(path: KeyPath, pattern: tuple[str, ...]) -> bool:
    return len(path) >= len(pattern) and all(
        want in ("*", part) for part, want in zip(path, pattern, strict=False)
    )


_Difference = tuple[KeyPath, What, object, object]


def _differences(path: KeyPath, old: object, new: object) -> Iterator[_Difference]:
    if old == new and type(old) is type(new):
        return
    before, after = _keys(old), _keys(new)
    if before is None or after is None:
        yield path, _what(old, new), old, new
        return
    for key, value in after.items():
        if key not in before:
            yield (*path, key), "added", None, value
        else:
            yield from _differences((*path, key), before[key], value)
    for key, value in before.items():
        if key not in after:
            yield (*path, key), "removed", value, None


def _what(old: object, new: object) -> What:
    if old is None:
        return "added"
    return "removed" if new is None else "changed"


def _keys(value: object) -> Mapping[str | int, object] | None:
    """What can be looked into: models, mappings, lists of equal kind."""
    if isinstance(value, BaseModel):
        fields: dict[str | int, object] = dict(value)
        return fields
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, list | tuple):
        return dict(enumerate(value))
    return None
