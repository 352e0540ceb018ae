"""Do the sources answer, and does each query return what is expected of it?

For `check-config --connect`: every source is reached, every query is prepared without
running it, and its columns are compared. Nothing is changed at a source.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from screenpop.config.check_canaries import knows_callers
from screenpop.config.columns import (
    Comparison,
    Remark,
    compared_lookup,
    compared_reading,
    customer_columns,
    unmet_needs,
)
from screenpop.config.facets import kind_of
from screenpop.config.load import Loaded
from screenpop.config.prepare import (
    AnyConnector,
    Prepared,
    asked_about,
    prepare,
    sources_of_customers,
)
from screenpop.config.problems import KeyPath, Problem, split_text
from screenpop.config.query_text import QueryText
from screenpop.connector import QueryColumns, Unavailable
from screenpop.connector.base import defect
from screenpop.connector.describing import READINGS, Reading
from screenpop.connector.registry import Registry
from screenpop.domain.errors import ConfigError
from screenpop.domain.profile import Answer, LookupOutcome
from screenpop.lookup.canaries import CanaryResult
from screenpop.lookup.canary_tries import judged
from screenpop.lookup.sources import FindConnector
from screenpop.node.asking import explained
from screenpop.support.log import Redactor

log = logging.getLogger(__name__)

REACHED_WITHIN_S = 20.0
PREPARED_WITHIN_S = 20.0
ASKED = "asked once"
CANARY_REMEDY = (
    "`screenpop explain NUMBER` shows what each lookup says. Correct the source, or"
    " name a number that it has."
)
T = TypeVar("T")


@dataclass(slots=True, kw_only=True)
class QueryCheck:
    """One query: what it returns, and what is wrong with it.

    `path` is its key in the file; `columns` None: they are not known.
    """

    path: KeyPath
    facet: str | None = None
    columns: QueryColumns | None = None
    comparison: Comparison = field(default_factory=Comparison)
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    ms: float = 0.0
    was_asked: bool = False


@dataclass(slots=True, kw_only=True)
class SourceCheck:
    """One source; `problem` says why it could not be reached, or used."""

    name: str
    connector: str
    is_reached: bool = False
    said: str = ""
    ms: float = 0.0
    problem: Problem | None = None
    queries: list[QueryCheck] = field(default_factory=list)
    unchecked: list[KeyPath] = field(default_factory=list)
    canaries: list[CanaryResult] = field(default_factory=list)
    canary_problems: list[Problem] = field(default_factory=list)


async def connected(
    loaded: Loaded,
    secrets: Collection[str] = (),
    *,
    number: str | None = None,
    find: FindConnector | None = None,
    only: Collection[str] | None = None,
    tries_canaries: bool = False,
) -> list[SourceCheck]:
    """Each enabled source with its queries, in the order of the file.

    `only` are the sources that are asked; without it all are. With `number` the
    lookups whose columns no source can say are asked with it, once. With
    `tries_canaries` the canary callers of reached sources are looked up.
    """
    prepared = await asyncio.to_thread(prepare, loaded, find or Registry().find)
    checking = _Checking(loaded, prepared, Redactor(secrets))
    asked = [name for name in prepared.connectors if only is None or name in only]
    checks = await asyncio.gather(*map(checking.source, asked))
    queries = {query.path: query for check in checks for query in check.queries}
    if number is not None:
        await checking.ask(number, queries)
    checking.compare(queries)
    if tries_canaries:
        for check in checks:
            await checking.try_canaries(check)
    return checks


class _Checking:
    def __init__(self, loaded: Loaded, prepared: Prepared, redact: Redactor):
        self._loaded = loaded
        self._prepared = prepared
        self._redact = redact
        self._text = QueryText(loaded)

    # -- Ask the sources

    async def source(self, name: str) -> SourceCheck:
        connector = self._prepared.connectors[name]
        check = SourceCheck(name=name, connector=type(connector).name)
        path: KeyPath = ("sources", name)
        began_s = time.perf_counter()
        try:
            await connector.open()
            limited = _within(REACHED_WITHIN_S, connector.reached, "the source")
            check.said = self._redact(await limited)
            check.ms = _ms_since(began_s)
            check.is_reached = True
            check.queries = [
                await self._query(*asked) for asked in self._questions(name)
            ]
        except Exception as error:
            log.debug("source %s", name, exc_info=error)
            check.problem = self._problem(path, error)
            check.unchecked = [path for path, *_ in self._questions(name)]
        finally:
            await self._close(connector, check)
        return check

    async def _close(self, connector: AnyConnector, check: SourceCheck) -> None:
        try:
            await connector.close()
        except Exception as error:
            log.debug("source %s did not close cleanly", check.name, exc_info=error)
            path = ("sources", check.name)
            check.problem = check.problem or self._problem(path, error)

    def _questions(self, source: str) -> Iterator[tuple[KeyPath, _Describe, float]]:
        """The key, the question and the deadline of each of its queries."""
        config, connector = self._loaded.config, self._prepared.connectors[source]
        settings = config.sources[source]
        for reading in READINGS:
            if settings.own.get(reading) is not None:
                path: KeyPath = ("sources", source, reading)
                yield path, _describing(connector, reading), PREPARED_WITHIN_S * 1000
        for name, question in self._prepared.questions.items():
            if name == "insight.item_lookup" and config.insight.item_lookup is not None:
                written = config.insight.item_lookup
                if written.source == source:
                    path = ("insight", "item_lookup")
                    yield path, question.described, written.timeout_ms
            elif name in config.lookups and config.lookups[name].source == source:
                limit_ms = config.lookups[name].timeout_ms or settings.timeout_ms
                yield ("lookups", name), question.described, limit_ms

    async def _query(
        self, path: KeyPath, describe: _Describe, limit_ms: float
    ) -> QueryCheck:
        check, began_s = QueryCheck(path=path), time.perf_counter()
        try:
            what = f"the query of {path[1]}"
            check.columns = await _within(PREPARED_WITHIN_S, describe, what)
        except Exception as error:
            log.debug("%s", path, exc_info=error)
            check.problems.append(self._problem(path, error))
        check.ms = _ms_since(began_s)
        if path[0] == "lookups":
            check.facet = self._loaded.config.lookups[str(path[1])].facet
        if check.ms > limit_ms:
            sentence = (
                f"took {check.ms:.0f} ms to be prepared, longer than its deadline of"
                f" {limit_ms:.0f} ms: a caller's card would not have it"
            )
            remedy = "See what keeps the source busy, or raise `timeout_ms`."
            check.warnings.append(self._loaded.problem(path, sentence, remedy))
        return check

    async def ask(self, number: str, queries: Mapping[KeyPath, QueryCheck]) -> None:
        """Run the lookups for a number, for those whose columns are not known."""
        told = await explained(self._loaded, number)
        for answer in told.answers:
            check = queries.get(("lookups", answer.lookup))
            if check is None or check.problems:
                continue
            check.was_asked = True
            names = _columns_in(answer)
            if check.columns is None and names:
                check.columns = QueryColumns.of_names(names, ASKED)
            if answer.outcome in (LookupOutcome.FAILED, LookupOutcome.TIMED_OUT):
                why = answer.detail or answer.message or answer.outcome.value
                check.problems.append(self._problem(check.path, Unavailable(why)))

    async def try_canaries(self, check: SourceCheck) -> None:
        written = self._loaded.config.sources[check.name].canaries
        if written is None or not check.is_reached:
            return
        config, with_contacts = self._loaded.config, self._prepared.with_contacts
        brings = knows_callers(config, check.name, with_contacts)
        for index, number in enumerate(written.numbers):
            told = await explained(self._loaded, number)
            result = judged(check.name, written, brings, number, told)
            check.canaries.append(result)
            if result.outcome != "found":
                path = ("sources", check.name, "canaries", "numbers", index)
                sentence = self._redact(result.in_words())
                problem = self._loaded.problem(path, sentence, CANARY_REMEDY)
                check.canary_problems.append(problem)

    # -- Compare what they say

    def compare(self, queries: Mapping[KeyPath, QueryCheck]) -> None:
        config = self._loaded.config
        for path, check in queries.items():
            if check.columns is None:
                continue
            name = str(path[1])
            if path[0] == "lookups":
                check.comparison = compared_lookup(
                    config.lookups[name], config, check.columns
                )
            elif path[0] == "sources":
                check.comparison = self._compared_reading(path, check.columns)
        of_lookups = {
            str(path[1]): check.columns
            for path, check in queries.items()
            if path[0] == "lookups"
        }
        for path, check in queries.items():
            unmet = self._unmet(path, of_lookups, queries)
            self._file(check, [*check.comparison.remarks, *unmet])

    def _compared_reading(self, path: KeyPath, given: QueryColumns) -> Comparison:
        source, reading = str(path[1]), _reading(path)
        written = self._loaded.config.sources[source].own[reading]
        return compared_reading(
            reading,
            given,
            self._numbers(source) if reading == "contacts" else (),
            of_changes=written.get("since") is not None,
        )

    def _unmet(
        self,
        path: KeyPath,
        of_lookups: Mapping[str, QueryColumns | None],
        queries: Mapping[KeyPath, QueryCheck],
    ) -> Iterator[Remark]:
        if path[0] != "lookups":
            return
        config, name = self._loaded.config, str(path[1])
        needs = self._prepared.questions[name].needs
        bringing = sources_of_customers(config, self._prepared.with_contacts)
        about = asked_about(config.lookups[name], needs, bringing) or bringing
        known = [
            columns
            for source in about
            for columns in self._columns_of_customers(source, queries)
        ]
        yield from unmet_needs(needs, of_lookups, known)

    def _columns_of_customers(
        self, source: str, queries: Mapping[KeyPath, QueryCheck]
    ) -> Iterator[Collection[str] | None]:
        """Of its contacts, and of each of its identity lookups."""
        config = self._loaded.config
        if source in self._prepared.with_contacts:
            check = queries.get(("sources", source, "contacts"))
            given = check.columns if check is not None else None
            numbers = self._numbers(source)
            yield customer_columns(given, numbers) if given is not None else None
        for name, lookup in config.lookups.items():
            if lookup.source == source and kind_of(lookup, config) == "identity":
                check = queries.get(("lookups", name))
                given = check.columns if check is not None else None
                yield given.names if given is not None else None

    def _numbers(self, source: str) -> tuple[str, ...]:
        contacts = getattr(self._prepared.connectors[source].options, "contacts", None)
        return tuple(getattr(contacts, "numbers", ()))

    def _file(self, check: QueryCheck, remarks: Collection[Remark]) -> None:
        for remark in remarks:
            problem = self._loaded.problem(check.path, remark.sentence, remark.remedy)
            problem = self._text.placed(problem, check.path, remark.word)
            (check.problems if remark.is_problem else check.warnings).append(problem)

    def _problem(self, path: KeyPath, error: Exception) -> Problem:
        """With the source's own words; secrets and numbers are left out."""
        if isinstance(error, Unavailable | ConfigError):
            said = str(error)
        else:
            said = f"{defect(error)}. Report it to who made the connector."
        sentence, remedy = split_text(self._redact(said))
        problem = self._loaded.problem(path, sentence, remedy)
        return self._text.placed(problem, path)


_Describe = Callable[[], Awaitable[QueryColumns | None]]


def _describing(connector: AnyConnector, reading: Reading) -> _Describe:
    async def describe() -> QueryColumns | None:
        columns: QueryColumns | None = await connector.described_reading(reading)
        return columns

    return describe


def _columns_in(answer: Answer) -> Collection[str]:
    """The columns of its rows, or of the customers that it found."""
    rows = [*answer.rows, *(candidate.fields for candidate in answer.candidates)]
    always = ("key", "name") if answer.candidates else ()
    return dict.fromkeys([*always, *(name for row in rows for name in row)])


def _reading(path: KeyPath) -> Reading:
    return next(reading for reading in READINGS if reading == path[2])


async def _within(limit_s: float, ask: Callable[[], Awaitable[T]], what: str) -> T:
    try:
        async with asyncio.timeout(limit_s):
            return await ask()
    except TimeoutError as error:
        raise Unavailable(
            f"{what} did not answer within {limit_s:g} s. Is it running, and does"
            " nothing hold a lock on its tables?"
        ) from error


def _ms_since(began_s: float) -> float:
    return (time.perf_counter() - began_s) * 1000
