"""Can the service run with this configuration?

What one key alone does not show: names that must exist elsewhere, options of
connectors and dialects, the dataflow of the lookups, zones, countries, folders.
`serve` and `check-config` ask the same function. No network, nothing is written.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import TypeAlias
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

import phonenumbers

from screenpop.config.check_canaries import canary_problems
from screenpop.config.check_desk import desk_problems
from screenpop.config.check_sending import sending_problems
from screenpop.config.dataflow import RESERVED, findings, upstream, waterfall
from screenpop.config.facets import BUILT_IN_NAMES, all_shapes, enabled_lookups
from screenpop.config.folders import folder_problems
from screenpop.config.load import Examined, Loaded
from screenpop.config.model import LineSettings
from screenpop.config.prepare import (
    FindConnector,
    mixed_orders,
    prepare,
    sources_of_customers,
    unclear,
)
from screenpop.config.problems import KeyPath, Problem, did_you_mean
from screenpop.connector.registry import Registry
from screenpop.domain.errors import ConfigError
from screenpop.support.postgres_url import translated

LineCheck: TypeAlias = Callable[[str, LineSettings], None]
"""Binds the dialect of a line; raises `ConfigError`, one problem a line of its text."""

PolicyCheck: TypeAlias = Callable[[Loaded], Iterable[Problem]]
"""What is wrong in the rules of the sales policy."""

_E164 = re.compile(r"\+[1-9][0-9]{1,14}\Z")
_NAMED_BY_RULES = ("sources.", "lookups.", "facets.")
_STORES = ("sqlite+aiosqlite", "postgresql+asyncpg")


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """The verdict; `steps` is the waterfall of the lookups."""

    problems: tuple[Problem, ...]
    steps: tuple[tuple[str, ...], ...]
    secrets: frozenset[str] = field(default=frozenset(), repr=False)


def check(
    loaded: Loaded,
    *,
    find: FindConnector | None = None,
    check_line: LineCheck | None = None,
) -> list[Problem]:
    """Everything that is wrong beyond the single keys; empty when it can run."""
    return list(inspect(loaded, find=find, check_line=check_line).problems)


def inspect(
    loaded: Loaded,
    *,
    find: FindConnector | None = None,
    check_line: LineCheck | None = None,
) -> Checked:
    """`check`, with what was learnt on the way."""
    prepared = prepare(loaded, find or Registry().find)
    problems = [
        *_server(loaded),
        *_journal(loaded),
        *_store(loaded),
        *_lines(loaded, check_line),
        *_same_calls(loaded),
        *_dialled(loaded),
        *_lookup_names(loaded),
        *_facets(loaded),
        *_dispositions(loaded),
        *_recall(loaded),
        *desk_problems(loaded),
        *sending_problems(loaded),
        *canary_problems(loaded, prepared),
        *prepared.problems,
    ]
    declared = _declared_lookups(loaded)
    bringing = sources_of_customers(loaded.config, prepared.with_contacts)
    for found in findings(prepared.lookups, declared=declared, contacts=bool(bringing)):
        path = ("lookups", found.lookup)
        problems.append(loaded.problem(path, found.sentence, found.remedy))
    for asking in prepared.lookups:
        problems += unclear(loaded, asking.name, asking.needs, bringing)
    problems += mixed_orders(loaded, bringing)
    return Checked(
        problems=tuple(sorted(set(problems))),
        steps=waterfall(upstream({x.name: x for x in prepared.lookups})),
        secrets=loaded.secrets | prepared.secrets,
    )


def _server(loaded: Loaded) -> Iterator[Problem]:
    server = loaded.config.server
    yield from _zone(loaded, ("server", "time_zone"), server.time_zone)
    yield from _country(loaded, ("server", "country"), server.country)
    yield from _public_url(loaded, server.public_url)
    for index, network in enumerate(server.trusted_proxies):
        try:
            ipaddress.ip_network(network)
        except ValueError as error:
            path: KeyPath = ("server", "trusted_proxies", index)
            sentence = f"is not a valid network: {error}"
            yield loaded.problem(path, sentence, "Use CIDR, e.g. 10.0.0.0/8.")
    yield from folder_problems(loaded, ("server", "data_dir"), server.data_dir)


def _public_url(loaded: Loaded, url: str | None) -> Iterator[Problem]:
    if url is None:
        return
    remedy = "Use scheme, host and maybe port, e.g. https://pop.example.net."
    path = ("server", "public_url")
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:  # its text quotes what may be a part of a password
        yield loaded.problem(path, "is not a valid address", remedy)
        return
    if parts.scheme not in ("http", "https") or not host:
        yield loaded.problem(path, "must begin with https:// or http://", remedy)
    elif parts.path not in ("", "/") or parts.query or parts.fragment:
        yield loaded.problem(path, "must have nothing after the host", remedy)
    elif parts.username is not None:
        yield loaded.problem(path, "must hold no user or password", remedy)


def _journal(loaded: Loaded) -> Iterator[Problem]:
    options = loaded.config.journal
    redis_only = {
        "url": options.url,
        "ca_file": options.ca_file,
        "node": options.node,
        "sentinel_user": options.sentinel_user,
        "sentinel_password": options.sentinel_password,
    }
    if options.engine != "redis":
        for key, value in redis_only.items():
            if value is not None:
                remedy = "Set `journal.engine: redis`, or remove this key."
                text = f"has no effect with the engine {options.engine}"
                yield loaded.problem(("journal", key), text, remedy)
        return
    if options.url is None:
        remedy = "Add e.g. `url: redis://localhost:6379/0`."
        yield loaded.problem(("journal", "url"), "is missing", remedy)
        return
    from screenpop.journal.redis_address import parse_address  # imports redis-py

    try:
        parse_address(
            options.url.get_secret_value(), options.ca_file, options.sentinel_login
        )
    except ConfigError as error:
        key, _, text = str(error).removeprefix("journal.").partition(": ")
        yield loaded.told(("journal", key), ConfigError(text))
    if options.ca_file is not None and not (loaded.folder / options.ca_file).is_file():
        remedy = "Put the PEM file there, or correct the path."
        yield loaded.problem(("journal", "ca_file"), "no such file", remedy)


def _store(loaded: Loaded) -> Iterator[Problem]:
    url = loaded.config.store.url
    if url is None:
        return
    scheme = url.get_secret_value().partition(":")[0]
    if scheme not in _STORES:
        remedy = f"Begin it with {' or '.join(f'{name}://' for name in _STORES)}."
        yield loaded.problem(("store", "url"), "names no engine we know", remedy)
    else:
        from screenpop.support.postgres_url import parsed  # SQLAlchemy takes 0.2 s

        try:
            found = parsed(url.get_secret_value())
            if scheme.startswith("postgresql"):
                translated(found.query)
        except ConfigError as error:
            text = str(error).removeprefix("url: ")
            yield loaded.told(("store", "url"), ConfigError(text))


def _lines(loaded: Loaded, check_line: LineCheck | None) -> Iterator[Problem]:
    for name, line in loaded.config.lines.items():
        yield from _zone(loaded, ("lines", name, "time_zone"), line.time_zone)
        yield from _country(loaded, ("lines", name, "country"), line.country)
        if check_line is not None:
            try:
                check_line(name, line)
            except ConfigError as error:
                yield from _told_by_dialect(loaded, name, error)


def _same_calls(loaded: Loaded) -> Iterator[Problem]:
    lines = loaded.config.lines
    for name, line in lines.items():
        other = line.same_calls_as
        if other is None:
            continue
        path: KeyPath = ("lines", name, "same_calls_as")
        if other == name:
            yield loaded.problem(path, "names the line itself", "Name the other line.")
        elif other not in lines:
            known = ", ".join(each for each in lines if each != name) or "none"
            yield loaded.problem(
                path, f"{other!r} is not a line", f"Other lines: {known}."
            )


def _told_by_dialect(
    loaded: Loaded, name: str, error: ConfigError
) -> Iterator[Problem]:
    """Its text is one problem a line, maybe `lines.NAME.KEY: sentence. Remedy.`"""
    for said in str(error).splitlines():
        keys, colon, text = said.partition(": ")
        path = tuple(keys.split("."))
        if path[-1] in ("country", "time_zone"):
            continue  # reported above, in the words for all of them
        if colon and path[0] == "server":
            wanted_by = None if loaded.has(*path) else ("lines", name)
            yield loaded.told(path, ConfigError(text), at=wanted_by)
        elif colon and path[:2] == ("lines", name):
            yield loaded.told(path, ConfigError(text))
        else:
            yield loaded.told(("lines", name, "dialect"), ConfigError(said))


def _zone(loaded: Loaded, path: KeyPath, name: str) -> Iterator[Problem]:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        known = available_timezones()
        tails = {zone.rpartition("/")[2].lower(): zone for zone in sorted(known)}
        word = name.replace(" ", "_")
        near = tails.get(word.rpartition("/")[2].lower())
        remedy = f"Did you mean `{near}`?" if near else "E.g. Europe/London or UTC."
        yield loaded.problem(path, f"there is no time zone `{name}`", remedy)


def _country(loaded: Loaded, path: KeyPath, code: str | None) -> Iterator[Problem]:
    if code is not None and code not in phonenumbers.SUPPORTED_REGIONS:
        hint = {"UK": "Did you mean `GB`?", "EN": "Did you mean `GB`?"}
        remedy = hint.get(code, "Use ISO 3166-1, e.g. DE, GB, US.")
        sentence = f"`{code}` is not a valid country code"
        yield loaded.problem(path, sentence, remedy)


def _dialled(loaded: Loaded) -> Iterator[Problem]:
    for number in loaded.config.dialled:
        if not _E164.match(number):
            remedy = "Use +, country code and number: +442079460100."
            sentence = "must be a number in E.164"
            yield loaded.problem(("dialled", number), sentence, remedy)


def _lookup_names(loaded: Loaded) -> Iterator[Problem]:
    for name in loaded.config.lookups:
        if name in RESERVED:
            sentence = f"cannot be called `{name}`: parameters `:{name}.…` mean another"
            yield loaded.problem(("lookups", name), sentence, "Take another name.")


def _facets(loaded: Loaded) -> Iterator[Problem]:
    known = {*BUILT_IN_NAMES, *loaded.config.facets}
    for name, lookup in loaded.config.lookups.items():
        if lookup.facet is None and lookup.kind != "identity":
            continue
        facet = lookup.facet or ""
        if facet and facet not in known and not loaded.has("facets", facet):
            near = did_you_mean(facet, known, noun="facets")
            sentence = f"there is no facet `{facet}`"
            remedy = f"{near} Or declare it under `facets`."
            yield loaded.problem(("lookups", name, "facet"), sentence, remedy)
        elif lookup.kind == "identity" and facet != "identity":
            sentence = "`identity` lookups fill the facet `identity` only"
            remedy = "Write `facet: identity`, or another kind."
            yield loaded.problem(("lookups", name, "kind"), sentence, remedy)


def _dispositions(loaded: Loaded) -> Iterator[Problem]:
    codes = [disposition.code for disposition in loaded.config.dispositions]
    for index in _repeated(codes):
        code = codes[index]
        path = ("dispositions", index, "code")
        sentence = f"`{code}` stands here a second time"
        yield loaded.problem(path, sentence, "Give each disposition its own code.")


def _recall(loaded: Loaded) -> Iterator[Problem]:
    """Columns that no card has say nothing."""
    known = {
        f"{shape.name}.{column.name}"
        for shape in all_shapes(loaded.config)
        for column in (*shape.fields, *shape.columns)
    }
    options = loaded.config.recall
    for key, names in (("matter", options.matter), ("money", options.money)):
        for index, name in enumerate(names):
            if name not in known:
                remedy = did_you_mean(name, known, noun="columns")
                sentence = f"there is no column `{name}`"
                yield loaded.problem(("recall", key, index), sentence, remedy)


def _repeated(words: Iterable[str]) -> Iterator[int]:
    seen: set[str] = set()
    for index, word in enumerate(words):
        if word in seen:
            yield index
        seen.add(word)


def _declared_lookups(loaded: Loaded) -> frozenset[str]:
    """Written and not switched off with their source."""
    written = {
        str(path[1])
        for path in loaded.places
        if len(path) == 2 and path[0] == "lookups"
    }
    off = loaded.config.lookups.keys() - enabled_lookups(loaded.config).keys()
    gone = {n for n in off if loaded.config.lookups[n].source in loaded.config.sources}
    return frozenset(written - gone)


def verdict(
    examined: Examined,
    *,
    find: FindConnector | None = None,
    check_line: LineCheck | None = None,
    check_policy: PolicyCheck | None = None,
) -> Checked:
    """All problems of a file together: those of reading it, and `inspect`'s.

    What could not be read is left out; nothing is said about it a second time.
    """
    if examined.loaded is None:
        return Checked(problems=examined.problems, steps=())
    checked = inspect(examined.loaded, find=find, check_line=check_line)
    known = [problem.key for problem in examined.problems]
    rules = () if check_policy is None else check_policy(examined.loaded)
    if any(key.startswith(_NAMED_BY_RULES) for key in known):
        rules = ()  # a name may be unknown because its lookup could not be read
    further = [p for p in (*checked.problems, *rules) if not _follows(p.key, known)]
    problems = tuple(sorted({*examined.problems, *further}))
    return replace(checked, problems=problems)


def _follows(key: str, known: Iterable[str]) -> bool:
    """Is it a consequence of a problem that is reported already?

    A dialect sees all settings of its line at once, other checks a single key.
    """
    around = ".".join(key.split(".")[:2]) if key.startswith("lines.") else key
    return any(other == key or other.startswith(f"{around}.") for other in known)
