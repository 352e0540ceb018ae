"""A search asks all sources at once, and says how each one stands."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from customers_found import company, erp
from key_effects import NUMBER, built, customers, shows_effect_of

from screenpop.connector import (
    Connector,
    Lookup,
    LookupOptions,
    Row,
    Scalar,
    SourceOptions,
    Unavailable,
)
from screenpop.connector.registry import Registry
from screenpop.domain.errors import ConfigError
from screenpop.domain.profile import FieldState
from screenpop.domain.search import SearchResult
from screenpop.node.node import Service

WITHIN_S = 10.0


class Asker(Lookup):
    """Answers when it may; `asked` is how often it was."""

    needs = frozenset({"search.text"})

    def __init__(self) -> None:
        self.may = asyncio.Event()
        self.asked: list[str] = []
        self.broken = False

    async def fetch(self, params: Mapping[str, Scalar]) -> Sequence[Row]:
        self.asked.append(str(params["search.text"]))
        await self.may.wait()
        if self.broken:
            raise Unavailable("the directory does not answer", brief="is not reachable")
        return [{"key": f"d{n}", "name": f"Ada {n}"} for n in range(30)]


ASKER = Asker()


class Slow(Connector[SourceOptions, LookupOptions]):
    """A directory that answers when the test lets it."""

    name = "slow"
    source_options = SourceOptions
    lookup_options = LookupOptions

    def lookup(self, name: str, options: LookupOptions) -> Lookup:
        return ASKER


def find(name: str) -> Any:
    return Slow if name == "slow" else Registry().find(name)


@asynccontextmanager
async def searched(folder: Path, **config: Any) -> AsyncIterator[Service]:
    global ASKER
    ASKER = Asker()
    async with built(folder, find=find, **config) as service:
        await service.lookups.sources.open()
        for source in service.lookups.sources.connectors:
            await service.lookups.sources.read_contacts(source)
        yield service


async def found(service: Service, text: str) -> SearchResult:
    """The last result of a search."""
    done: asyncio.Queue[SearchResult] = asyncio.Queue()
    search = service.lookups.search.begin(text, done.put_nowait)
    async with asyncio.timeout(WITHIN_S):
        while not (result := await done.get()).is_whole:
            pass
    search.close()
    return result


def names(result: SearchResult) -> list[str]:
    return [customer.name for customer in result.customers]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A-43", ["Charles Babbage"]),
        ("ada", ["Ada Byron", "Ada Lovell", "Adam_West"]),
        ("Ada Lovell", ["Ada Lovell"]),
        ("100%", ["Charles Babbage"]),
        ("_", ["Adam_West"]),
        ("engines", ["Ada Byron"]),
        ("' or 1=1 --", []),
        ("nobody", []),
    ],
)
async def test_what_was_typed_finds_by_account_name_and_company(
    tmp_path: Path, text: str, expected: list[str]
) -> None:
    async with searched(tmp_path, **company(tmp_path)) as service:
        assert names(await found(service, text)) == expected


async def test_a_customer_is_shown_with_what_tells_them_apart(tmp_path: Path) -> None:
    async with searched(tmp_path, **company(tmp_path)) as service:
        [ada] = (await found(service, "A-41")).customers
    assert (ada.company, ada.town, ada.account) == (
        "Analytical Engines",
        "London",
        "A-41",
    )
    assert (ada.last_order, ada.source, ada.source_label) == (
        "2026-10-01",
        "erp",
        "ERP",
    )


async def test_a_source_without_search_is_found_by_number_and_by_key(
    tmp_path: Path,
) -> None:
    crm = customers(tmp_path, "7,Ada King,020 7946 0958,Ockham")
    async with searched(tmp_path, **company(tmp_path, crm=crm)) as service:
        assert names(await found(service, "020 7946 0958")) == ["Ada King"]
        assert names(await found(service, NUMBER)) == ["Ada King"]
        assert names(await found(service, "7")) == ["Ada King"]
        assert "Ada King" not in names(await found(service, "Ada King"))


async def test_an_identity_lookup_by_account_is_asked_with_what_was_typed(
    tmp_path: Path,
) -> None:
    crm = customers(tmp_path, "7,Ada King,020 7946 0958,Ockham")
    by_account = {
        "source": "crm",
        "facet": "identity",
        "match": {"city": "ivr.account"},
    }
    config = {"sources": {"crm": crm}, "lookups": {"by_account": by_account}}
    (tmp_path / "crm.csv").write_text("key,name,phone,city\n7,Ada,020,K99\n")
    async with searched(tmp_path, **config) as service:
        assert names(await found(service, "k99")) == ["Ada"]


async def test_a_slow_source_is_shown_as_asked_while_others_have_answered(
    tmp_path: Path,
) -> None:
    more = {"slow": {"connector": "slow", "label": "Directory", "search": {}}}
    async with searched(tmp_path, **company(tmp_path, **more)) as service:
        results: asyncio.Queue[SearchResult] = asyncio.Queue()
        search = service.lookups.search.begin("Ada", results.put_nowait)
        async with asyncio.timeout(WITHIN_S):
            while not names(result := await results.get()):
                pass
        states = {each.source: each.state for each in result.sources}
        assert states == {"erp": FieldState.FRESH, "slow": FieldState.PENDING}
        assert not result.is_whole
        ASKER.broken = True
        ASKER.may.set()
        async with asyncio.timeout(WITHIN_S):
            result = await results.get()
        [failed] = [each for each in result.sources if each.source == "slow"]
        assert failed.state is FieldState.FAILED
        assert failed.message == "Directory is not reachable"
        assert len(result.customers) == 3
        search.close()


async def test_nothing_comes_from_a_search_that_was_closed(tmp_path: Path) -> None:
    more = {"slow": {"connector": "slow", "search": {}}}
    async with searched(tmp_path, sources=more) as service:
        results: list[SearchResult] = []
        search = service.lookups.search.begin("Ada", results.append)
        before = len(results)
        search.close()
        ASKER.may.set()
        assert len((await found(service, "Ada")).customers) == 20  # sentinel
        assert len(results) == before


@shows_effect_of("limits.search_results_max")
@pytest.mark.parametrize("limit", [3, 25])
async def test_so_many_customers_are_listed_and_the_rest_counted(
    tmp_path: Path, limit: int
) -> None:
    config: dict[str, Any] = {"limits": {"search_results_max": limit}}
    config["sources"] = {"slow": {"connector": "slow", "search": {}}}
    async with searched(tmp_path, **config) as service:
        ASKER.may.set()
        result = await found(service, "Ada")
    assert (len(result.customers), result.more) == (limit, 30 - limit)


@shows_effect_of("sources.NAME.search.timeout_ms")
async def test_a_search_has_its_own_deadline(tmp_path: Path) -> None:
    slow = {"connector": "slow", "timeout_ms": 60_000, "search": {"timeout_ms": 20}}
    async with searched(tmp_path, sources={"slow": slow}) as service:
        [state] = (await found(service, "Ada")).sources
    assert state.state is FieldState.TIMED_OUT
    assert "0.02 s" in str(state.message)


@shows_effect_of("sources.NAME.search.cache_s")
@pytest.mark.parametrize(("cache_s", "asked"), [(0, 2), (60, 1)])
async def test_the_same_search_is_asked_again_when_its_answer_is_too_old(
    tmp_path: Path, cache_s: int, asked: int
) -> None:
    slow = {"connector": "slow", "search": {"cache_s": cache_s}}
    async with searched(tmp_path, sources={"slow": slow}) as service:
        ASKER.may.set()
        await found(service, "Ada")
        await found(service, "Ada")
        assert len(ASKER.asked) == asked


@shows_effect_of("csv_file: lookups.NAME.contains")
async def test_a_file_is_searched_in_the_columns_named(tmp_path: Path) -> None:
    crm = customers(tmp_path, "7,Ada King,020 7946 0958,Ockham", "8,Eve,,Adamstown")
    config = {"sources": {"crm": {**crm, "search": {"contains": ["name"]}}}}
    async with searched(tmp_path, **config) as service:
        assert names(await found(service, "ada")) == ["Ada King"]


@pytest.mark.parametrize(
    ("search", "said"),
    [
        ({"query": "select 1 as key where 1 = :number"}, "only what an agent typed"),
        ({"query": "select 1 as key"}, "takes no parameter"),
        (
            {"query": "select 1 as key where 'x' like :search.contains"},
            "like :search.contains escape '!'",
        ),
    ],
)
async def test_a_search_that_cannot_work_is_a_problem_of_the_configuration(
    tmp_path: Path, search: dict[str, Any], said: str
) -> None:
    source = {**erp(tmp_path), "search": search}
    with pytest.raises(ConfigError, match=r"sources\.erp\.search") as refused:
        async with built(tmp_path, sources={"erp": source}):
            pass
    assert said in str(refused.value)


async def test_a_lookup_of_a_call_has_no_text_of_a_search(tmp_path: Path) -> None:
    lookup = {
        "source": "erp",
        "facet": "identity",
        "query": "select 1 as key where 'x' = :search.text",
    }
    config: dict[str, Any] = {"sources": {"erp": erp(tmp_path)}}
    config["lookups"] = {"typed": lookup}
    with pytest.raises(ConfigError, match=r"sources\.NAME\.search"):
        async with built(tmp_path, **config):
            pass
