"""How does a configured lookup become one that can be asked?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from screenpop.config.facets import columns_of, kind_of
from screenpop.config.model import Configuration
from screenpop.config.prepare import asked_about, prepared_lookup
from screenpop.config.sources import LookupSettings
from screenpop.connector import (
    Connector,
    Lookup,
    OddItems,
    Row,
    Scalar,
    Unavailable,
    Unloadable,
)
from screenpop.domain.errors import ConfigError
from screenpop.lookup.hit_check import FORMS, WHOLE_FORMS, HitCheck, is_by_number
from screenpop.lookup.plan import PlannedLookup
from screenpop.lookup.values import ValueReader, types_of

AnyConnector = Connector[Any, Any]


class NeverAsked(Lookup):
    """Stands for a lookup of a source that cannot be used: its guard answers."""

    needs = frozenset()

    async def fetch(self, params: Mapping[str, Scalar]) -> Sequence[Row]:
        raise Unavailable("the source cannot be used. The log says why.")


def planned_lookup(
    name: str,
    config: Configuration,
    connectors: Mapping[str, AnyConnector],
    bringing: Sequence[str],
    unloadable: dict[str, str],
    misread: Mapping[str, OddItems],
) -> PlannedLookup:
    lookup = config.lookups[name]
    types = types_of(columns_of(lookup, config))
    made = _lookup(name, lookup, connectors.get(lookup.source), unloadable)
    kind, needs = kind_of(lookup, config), made.needs
    checks = kind == "identity" and lookup.check_numbers and bool(needs & FORMS)
    return PlannedLookup(
        name=name,
        source=lookup.source,
        facet=lookup.facet or "",
        kind=kind,
        lookup=made,
        timeout_ms=lookup.timeout_ms,
        cache_s=lookup.cache_s,
        confidence=lookup.confidence,
        why=lookup.why,
        customers_of=asked_about(lookup, needs, bringing),
        reader=ValueReader(name, types, misread[lookup.source]),
        again_after_s=lookup.again_after_s,
        index_first=lookup.index_first and kind == "identity" and is_by_number(needs),
        check=HitCheck(by_part=not needs & WHOLE_FORMS, home=config.server.country)
        if checks
        else None,
    )


def _lookup(
    name: str,
    written: LookupSettings,
    connector: AnyConnector | None,
    unloadable: dict[str, str],
) -> Lookup:
    if connector is None:
        return NeverAsked()
    try:
        options = connector.lookup_options.model_validate(written.own)
    except ValueError as error:
        raise ConfigError(f"lookups.{name}: {error}") from error
    try:
        made: Lookup = prepared_lookup(connector, name, options)
    except Unloadable as error:
        unloadable[written.source] = str(error)
        return NeverAsked()
    return made
