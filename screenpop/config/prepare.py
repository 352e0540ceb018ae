"""Do sources and lookups say what their connectors understand?

Goes as far as one can without I/O: options are validated, the connector is made,
each lookup is prepared and lists which parameters it needs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from pydantic import BaseModel, ValidationError

from screenpop.config.dataflow import LookupNeeds
from screenpop.config.facets import enabled_lookups, kind_of, sources_of_orders
from screenpop.config.load import Loaded, secrets_of
from screenpop.config.model import Configuration
from screenpop.config.policy import ItemLookup
from screenpop.config.problems import KeyPath, Problem, did_you_mean, listed
from screenpop.config.sources import LookupSettings, SearchSettings, Source
from screenpop.config.translate import translated
from screenpop.connector import (
    Connector,
    ConnectorContext,
    Lookup,
    LookupOptions,
    SourceOptions,
    told,
)
from screenpop.connector.expiry import expiries
from screenpop.connector.searching import (
    LIKE_ESCAPE,
    LIKE_PATTERNS,
    SEARCH,
    SEARCH_PARAMETERS,
)
from screenpop.domain.errors import ConfigError, Unloadable
from screenpop.support.log import Redactor

AnyConnector: TypeAlias = Connector[Any, Any]
"""A connector whose options only itself knows: the rim of the plugins."""
FindConnector: TypeAlias = Callable[[str], type[AnyConnector]]


@dataclass(slots=True, kw_only=True)
class Prepared:
    """What could be prepared, and what is wrong with the rest."""

    connectors: dict[str, AnyConnector] = field(default_factory=dict)
    lookups: list[LookupNeeds] = field(default_factory=list)
    questions: dict[str, Lookup] = field(default_factory=dict)
    """The lookups themselves by name; also `insight.item_lookup`."""
    problems: list[Problem] = field(default_factory=list)
    secrets: set[str] = field(default_factory=set)

    @property
    def with_contacts(self) -> tuple[str, ...]:
        """The sources that bring customers with their numbers."""
        return tuple(n for n, c in self.connectors.items() if has_contacts(c))


def prepare(loaded: Loaded, find: FindConnector) -> Prepared:
    """Prepare every enabled source, then every lookup of one."""
    prepared = Prepared()
    for name, source in loaded.config.sources.items():
        if source.enabled:
            _prepare_source(loaded, find, name, source, prepared)
    for name, lookup in loaded.config.lookups.items():
        prepared.problems += _no_source(loaded, ("lookups", name), lookup.source)
    for name, lookup in enabled_lookups(loaded.config).items():
        connector = prepared.connectors.get(lookup.source)
        if connector is not None:
            _prepare_lookup(loaded, connector, name, lookup, prepared)
    if loaded.config.insight.item_lookup is not None:
        _prepare_item_lookup(loaded, loaded.config.insight.item_lookup, prepared)
    return prepared


def _no_source(loaded: Loaded, path: KeyPath, source: str) -> Iterator[Problem]:
    if not loaded.has("sources", source):
        remedy = did_you_mean(source, loaded.config.sources, noun="sources")
        sentence = f"there is no source `{source}`"
        yield loaded.problem((*path, "source"), sentence, remedy)


def _prepare_source(
    loaded: Loaded, find: FindConnector, name: str, source: Source, into: Prepared
) -> None:
    path: KeyPath = ("sources", name)
    try:
        kind = find(source.connector)
    except ConfigError as error:
        into.problems.append(loaded.told((*path, "connector"), error))
        return
    options = _options(loaded, path, kind.source_options, source, into)
    if options is None:
        return
    context = ConnectorContext(source=name, folder=loaded.folder)
    try:
        connector = into.connectors[name] = made(kind, options, context)
    except ConfigError as error:
        into.problems.append(_told(loaded, path, error))
        return
    now_us = context.clock.now_us()
    ends = expiries(source.expires, connector.expiring())
    for warning in filter(None, (x.warning(now_us) for x in ends)):
        remedy = "Get a new one from the service, and write it here."
        into.problems.append(loaded.problem(path, warning, remedy, stops=False))
    if source.search is not None:
        _prepare_search(loaded, into.connectors[name], name, source.search, into)


def _prepare_search(
    loaded: Loaded,
    connector: AnyConnector,
    name: str,
    search: SearchSettings,
    into: Prepared,
) -> None:
    path: KeyPath = ("sources", name, "search")
    options = _options(loaded, path, connector.lookup_options, search, into)
    if options is None:
        return
    try:
        question = prepared_search(connector, options)
    except ConfigError as error:
        into.problems.append(_told(loaded, path, error))
        return
    into.questions[f"sources.{name}.search"] = question


def _prepare_lookup(
    loaded: Loaded,
    connector: AnyConnector,
    name: str,
    lookup: LookupSettings,
    into: Prepared,
) -> None:
    path: KeyPath = ("lookups", name)
    options = _options(loaded, path, connector.lookup_options, lookup, into)
    if options is None:
        return
    try:
        question = prepared_lookup(connector, name, options)
        needs = question.needs
    except ConfigError as error:
        into.problems.append(_told(loaded, path, error))
        return
    kind = kind_of(lookup, loaded.config)
    into.questions[name] = question
    shown = lookup.facet is not None
    into.lookups.append(
        LookupNeeds(name=name, kind=kind, needs=frozenset(needs), shown=shown)
    )


def _prepare_item_lookup(loaded: Loaded, written: ItemLookup, into: Prepared) -> None:
    path: KeyPath = ("insight", "item_lookup")
    into.problems += _no_source(loaded, path, written.source)
    connector = into.connectors.get(written.source)
    if connector is None:
        return
    options = _options(loaded, path, connector.lookup_options, written, into)
    if options is None:
        return
    try:
        question = prepared_lookup(connector, ITEM_LOOKUP, options)
        needs = question.needs
    except ConfigError as error:
        into.problems.append(_told(loaded, path, error))
        return
    into.questions[f"insight.{ITEM_LOOKUP}"] = question
    if needs != {ITEM_KEY}:
        asked = listed([f"`:{need}`" for need in sorted(needs)]) or "no parameter"
        sentence = f"takes {asked}, but only `:{ITEM_KEY}` has a value here"
        remedy = f"Find one item by its key, e.g. `where sku = :{ITEM_KEY}`."
        into.problems.append(loaded.problem(path, sentence, remedy))


def made(
    kind: type[AnyConnector], options: SourceOptions, context: ConnectorContext
) -> AnyConnector:
    """The connector; whatever its constructor raises is a `ConfigError`."""
    try:
        return kind(options, context)
    except ConfigError:
        raise
    except Exception as error:
        raise _defect(error, "the connector cannot be made", options) from error


def prepared_lookup(connector: AnyConnector, name: str, options: LookupOptions) -> Any:
    """The lookup; whatever its preparation raises is a `ConfigError`."""
    try:
        return connector.lookup(name, options)
    except ConfigError:
        raise
    except Exception as error:
        what = f"lookup {name} cannot be prepared by its connector"
        raise _defect(error, what, connector.options) from error


def prepared_search(connector: AnyConnector, options: LookupOptions) -> Lookup:
    """A source's `search:`; raises `ConfigError` where it asks for anything else."""
    question: Lookup = prepared_lookup(connector, SEARCH, options)
    needs = question.needs
    unknown = sorted(needs - SEARCH_PARAMETERS.keys())
    if unknown or not needs:
        asked = listed([f"`:{need}`" for need in unknown]) or "no parameter"
        known = ", ".join(f"`:{name}`" for name in SEARCH_PARAMETERS)
        raise ConfigError(
            f"takes {asked}, but a search has only what an agent typed. Use {known}."
        )
    text = str(options.model_dump().get("query", ""))
    if needs & LIKE_PATTERNS and text and not _ESCAPE.search(text):
        raise ConfigError(
            "`:search.begins` and `:search.contains` are patterns in which % and _ of"
            f" the text are escaped by {LIKE_ESCAPE}. Write"
            f" `like :search.contains escape '{LIKE_ESCAPE}'`."
        )
    return question


_ESCAPE = re.compile(rf"\bescape\s+'{LIKE_ESCAPE}'", re.IGNORECASE)


def _defect(error: Exception, what: str, options: BaseModel) -> Unloadable:
    reason = told(Redactor(secrets_of(options))(str(error)) or type(error).__name__)
    return Unloadable(
        f"{what}: {type(error).__name__}: {reason}. Repair or reinstall the"
        " package that brings the connector, or what it needs; the other sources"
        " still work."
    )


def _told(loaded: Loaded, path: KeyPath, error: ConfigError) -> Problem:
    """At the very key where the text begins with its name: `url: …`."""
    key, _, text = str(error).partition(": ")
    if loaded.has(*path, key):
        return loaded.told((*path, key), type(error)(text))
    return loaded.told(path, error)


def _options(
    loaded: Loaded,
    path: KeyPath,
    model: type[BaseModel],
    written: Source | LookupSettings | SearchSettings | ItemLookup,
    into: Prepared,
) -> Any:
    """The connector's own keys as its model, or the problems with them."""
    try:
        options = model.model_validate(written.own)
    except ValidationError as error:
        found = translated(
            error.errors(include_url=False),
            model,
            written.own,
            loaded,
            prefix=path,
            known=type(written).model_fields,
        )
        into.problems += found.values()
        return None
    into.secrets |= secrets_of(options)
    return options


def has_contacts(connector: AnyConnector) -> bool:
    """As far as can be checked without I/O: it can, and is configured to."""
    if type(connector).contacts is Connector.contacts:
        return False
    options = connector.options
    return not hasattr(options, "contacts") or options.contacts is not None


ITEM_LOOKUP = "item_lookup"
ITEM_KEY = "item.key"
KEY = "customer.key"
SOURCE = "customer.source"


def sources_of_customers(
    config: Configuration, with_contacts: Collection[str]
) -> tuple[str, ...]:
    """Those with `contacts`, `search` or an identity lookup, in the file's order."""
    finding = {
        lookup.source
        for lookup in enabled_lookups(config).values()
        if kind_of(lookup, config) == "identity"
    }
    finding |= {n for n, x in config.sources.items() if x.enabled and x.search}
    return tuple(
        name for name in config.sources if name in with_contacts or name in finding
    )


def asked_about(
    lookup: LookupSettings, needs: Collection[str], bringing: Sequence[str]
) -> frozenset[str] | None:
    """The sources whose customers it is asked about; None: whosever they are.

    Empty when that is not clear. A lookup that takes `customer.source` too tells
    them apart itself.
    """
    if lookup.customer_of:
        return frozenset(lookup.customer_of)
    if KEY not in needs or SOURCE in needs:
        return None
    if len(bringing) == 1:
        return frozenset(bringing)
    return frozenset({lookup.source} & set(bringing))


def unclear(
    loaded: Loaded, name: str, needs: Collection[str], bringing: Sequence[str]
) -> Iterator[Problem]:
    """Sources under `customer_of` that bring no customers, or a key of nobody knows."""
    lookup = loaded.config.lookups[name]
    for index, source in enumerate(lookup.customer_of):
        if source not in bringing:
            path = ("lookups", name, "customer_of", index)
            sentence = f"source `{source}` brings no customers"
            remedy = did_you_mean(source, bringing, noun="sources")
            yield loaded.problem(path, sentence, remedy)
    if len(bringing) > 1 and asked_about(lookup, needs, bringing) == frozenset():
        whose = listed([f"`{source}`" for source in bringing])
        sentence = (
            f"asks for `:{KEY}`, but {whose} bring customers, each with keys of its own"
        )
        remedy = (
            f"Say whose keys these are: `customer_of: [{bringing[0]}]`,"
            " or several that share them."
        )
        yield loaded.problem(("lookups", name), sentence, remedy)


def mixed_orders(loaded: Loaded, bringing: Sequence[str]) -> Iterator[Problem]:
    """Orders that may be taken for those of another customer with the same key.

    They are filed by the customer's key alone, and a card asks with it alone. Naming
    `insight.customers_of` says that this is right.
    """
    of = loaded.config.insight.customers_of
    for index, source in enumerate(of):
        if source not in bringing:
            path: KeyPath = ("insight", "customers_of", index)
            sentence = f"source `{source}` brings no customers"
            remedy = did_you_mean(source, bringing, noun="sources")
            yield loaded.problem(path, sentence, remedy, stops=False)
    giving = sources_of_orders(loaded.config)
    if of or not giving:
        return
    path = ("sources", giving[-1], "orders")
    if len(giving) > 1:
        whose = listed([f"`{source}`" for source in giving])
        yield loaded.problem(
            path,
            f"{whose} give orders, and customers with the same key are one customer"
            " here: their orders, offers and outlook would be mixed",
            "Where the keys are the same customers, name the sources of customers that"
            " have them: `insight.customers_of`. Else make the keys differ in the"
            " query, e.g. `'shop-' || customer as customer`.",
            stops=False,
        )
    elif len(bringing) > 1:
        whose = listed([f"`{source}`" for source in bringing])
        yield loaded.problem(
            path,
            f"{whose} bring customers, and a customer of each would get the offers of"
            " the customer with the same key in the orders",
            "Say whose keys the orders name, e.g."
            f" `insight: {{customers_of: [{bringing[0]}]}}`.",
            stops=False,
        )
