"""Which connectors are installed, and where is the one of this name?"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from importlib.metadata import EntryPoint, entry_points
from typing import Any, TypeAlias

from screenpop.connector.base import Connector, LookupOptions, SourceOptions, told
from screenpop.domain.errors import ConfigError, Unloadable

GROUP = "screenpop.connectors"

ConnectorClass: TypeAlias = type[Connector[Any, Any]]
"""A connector's class whose options only itself knows: the rim of the plugins."""


class Registry:
    """The connectors of all installed distributions; each is imported when asked for.

    One plugin that cannot be imported is an error of the sources that use it and of
    nothing else.
    """

    def __init__(self, found: Iterable[EntryPoint] | None = None):
        points = entry_points(group=GROUP) if found is None else found
        self._points: dict[str, list[EntryPoint]] = {}
        for point in points:
            self._points.setdefault(point.name, []).append(point)
        self._loaded: dict[str, ConnectorClass] = {}

    def names(self) -> tuple[str, ...]:
        return tuple(sorted(self._points))

    def find(self, name: str) -> ConnectorClass:
        """The connector's class.

        Raises `ConfigError` when the name is unknown, is claimed by two
        distributions, or when what it names cannot be imported or is not a connector.
        """
        if name not in self._loaded:
            self._loaded[name] = _load(self._point(name))
        return self._loaded[name]

    def origin(self, name: str) -> str:
        """The distribution that brings it, e.g. `screenpop 0.1.0`."""
        return _origin(self._point(name))

    def _point(self, name: str) -> EntryPoint:
        points = self._points.get(name)
        if not points:
            raise ConfigError(_unknown(name, self.names()))
        if len({point.value for point in points}) > 1:
            owners = " and ".join(sorted(_origin(point) for point in points))
            raise ConfigError(
                f"connector {name} is brought by {owners}: uninstall one of them."
            )
        return points[0]


def _unknown(name: str, installed: tuple[str, ...]) -> str:
    near = get_close_matches(name, installed, n=1)
    hint = f" Did you mean {near[0]}?" if near else ""
    return (
        f"no connector is called {name}.{hint}"
        f" Installed: {', '.join(installed) or 'none'}."
        f" Install the package that brings it, or correct the name."
    )


def _load(point: EntryPoint) -> ConnectorClass:
    try:
        loaded = point.load()
    except (Exception, SystemExit) as error:
        raise Unloadable(
            f"connector {point.name} ({_origin(point)}) cannot be imported from"
            f" {point.value}: {type(error).__name__}: {told(error)}."
            " Repair or reinstall that package; other connectors still work."
        ) from error
    _check(point, loaded)
    connector: ConnectorClass = loaded
    return connector


def _check(point: EntryPoint, loaded: object) -> None:
    where = f"connector {point.name} ({_origin(point)}): {point.value}"
    if not (isinstance(loaded, type) and issubclass(loaded, Connector)):
        raise ConfigError(
            f"{where} is not a subclass of screenpop.connector.Connector."
            " Correct the entry point of that package."
        )
    for attribute, kind in (
        ("source_options", SourceOptions),
        ("lookup_options", LookupOptions),
    ):
        model = getattr(loaded, attribute, None)
        if not (isinstance(model, type) and issubclass(model, kind)):
            raise ConfigError(
                f"{where}.{attribute} is not a subclass of {kind.__name__}."
                " Set it in the class, as docs/connectors/writing.md shows."
            )


def _origin(point: EntryPoint) -> str:
    dist = point.dist
    return f"{dist.name} {dist.version}" if dist else "unknown package"
