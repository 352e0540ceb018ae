"""Does `check-config --connect` find what only the sources can say?"""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path

import asyncpg
import pytest
from aiohttp import web
from unit.history.postgres_server import binary, postgres

from screenpop.config.load import Loaded, load_config
from screenpop.config.problems import Problem
from screenpop.connector import (
    Connector,
    Lookup,
    LookupOptions,
    QueryColumns,
    Row,
    Scalar,
    SourceOptions,
)
from screenpop.node import connecting
from screenpop.node.connecting import QueryCheck, SourceCheck, connected

SHOP = """
    create table customer (id integer primary key, name text, phone text, city text);
    create table invoice (customer int, total real, paid text);
    insert into customer values (1, 'Ana', '+442079460958', 'London');
"""
CONTACTS = "{query: 'select id as key, name, phone, city from customer'}"
HEAD = "version: 1\nserver: {data_dir: data}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with closing(sqlite3.connect(tmp_path / "shop.sqlite")) as database:
        database.executescript(SHOP)
    return tmp_path


def loaded(folder: Path, *, sources: str = "", lookups: str = "") -> Loaded:
    file = folder / "s.yaml"
    keys = f"url: 'sqlite:///shop.sqlite', contacts: {CONTACTS}"
    shop = f"  shop: {{connector: sql, {keys}}}"
    file.write_text(f"{HEAD}sources:\n{shop}\n{sources}\nlookups:\n{lookups}\n")
    return load_config(file)


def queries(checks: Sequence[SourceCheck]) -> dict[str, QueryCheck]:
    return {str(q.path[-1]): q for check in checks for q in check.queries}


def told(problems: Sequence[Problem]) -> list[str]:
    return [f"{x.line}:{x.column} {x.key}: {x.sentence}. {x.remedy}" for x in problems]


async def test_a_query_that_is_right_has_its_columns_and_nothing_else(
    folder: Path,
) -> None:
    of = "  owed: {source: shop, facet: yearly_totals, query: \"select total, 'EUR' as"
    of += ' currency, 2026 as year from invoice where customer = :customer.key"}'
    (check,) = await connected(loaded(folder, lookups=of))
    assert (check.is_reached, check.problem) == (True, None)
    found = queries([check])
    assert list(found) == ["contacts", "owed"]
    owed = found["owed"]
    assert owed.columns is not None
    assert owed.columns.names == ("total", "currency", "year")
    assert owed.comparison.missing == ("orders",)
    assert (owed.problems, owed.warnings) == ([], [])


async def test_what_is_wrong_is_at_its_word_in_the_file(folder: Path) -> None:
    lookups = """\
  block:
    source: shop
    facet: yearly_totals
    query: |
      select totl as total
      from invoice where customer = :customer.key
  needs:
    source: shop
    facet: notes
    query: select :customer.twon as text, :block.total as author
"""
    (check,) = await connected(loaded(folder, lookups=lookups))
    found = queries([check])
    assert told(found["block"].problems) == [
        "11:14 lookups.block: the query of lookup block failed: no such column: totl."
        " Did you mean `total`?"
    ]
    assert told(found["needs"].problems) == [
        "16:20 lookups.needs: asks for `:customer.twon`, but no customer has `twon`: it"
        " is never asked. Known columns: city, company, key, name, source."
    ]


async def test_a_source_that_is_down_costs_the_others_nothing(folder: Path) -> None:
    sources = "  erp: {connector: sql, url: 'postgresql://r:s3cret-word@127.0.0.1:1/x'}"
    lookups = "  gone: {source: erp, facet: notes, query: select 1 as text}"
    shop, erp = await connected(loaded(folder, sources=sources, lookups=lookups))
    assert shop.is_reached
    assert not erp.is_reached
    assert erp.unchecked == [("lookups", "gone")]
    (line,) = told([erp.problem] if erp.problem else [])
    assert line.startswith("5:3 sources.erp: cannot connect to the database at 127.0.0")
    assert "s3cret-word" not in line


async def test_a_service_is_not_asked_about_a_caller_unless_a_number_is_given(
    folder: Path,
) -> None:
    asked: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.json_response({"limit": 5, "currency": "EUR", "raiting": "A"})

    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    sources = f"  credit: {{connector: http_json, base_url: '{url}'}}"
    lookups = (
        "  terms: {source: credit, facet: credit_terms, path: '/t/{customer.key}'}"
    )
    config = loaded(folder, sources=sources, lookups=lookups)
    _, credit = await connected(config)
    assert (credit.said, asked) == ("HTTP status 200 at base_url", ["/"])
    assert queries([credit])["terms"].columns is None
    _, credit = await connected(config, number="+442079460958")
    assert asked[1:] == ["/", "/t/1"]
    terms = queries([credit])["terms"]
    assert told(terms.warnings) == [
        "7:48 lookups.terms: returns `raiting`, which the facet credit_terms does not"
        " know. Did you mean `rating`? Else it is shown under its own name."
    ]
    await runner.cleanup()


async def test_with_a_number_a_lookup_that_fails_is_a_problem(folder: Path) -> None:
    lookups = """\
  who: {source: shop, facet: identity, query: "select id as key, name from customer"}
  torn:
    source: shop
    facet: notes
    query: select json(name) as text from customer where id = :customer.key
"""
    config = loaded(folder, lookups=lookups)
    (check,) = await connected(config)
    assert queries([check])["torn"].problems == []
    (check,) = await connected(config, number="+442079460958")
    assert told(queries([check])["torn"].problems) == [
        "11:5 lookups.torn: the query of lookup torn failed: malformed JSON. Try the"
        " query in the sqlite3 shell and correct it."
    ]


async def test_contacts_of_changes_are_compared_with_their_own_needs(
    folder: Path,
) -> None:
    query = "select id as key, name, phone from customer where id >= :since order by id"
    keys = f"contacts: {{query: '{query}', since: 0}}"
    sources = f"  other: {{connector: sql, url: 'sqlite:///shop.sqlite', {keys}}}"
    _, other = await connected(loaded(folder, sources=sources))
    assert [x.sentence for x in queries([other])["contacts"].problems] == [
        "asks for what changed and returns no `changed`"
    ]


class _Options(SourceOptions):
    pass


class _Strange(Connector[_Options, LookupOptions], Lookup):
    """A connector of another author."""

    name = "strange"
    source_options = _Options
    lookup_options = LookupOptions
    needs = frozenset[str]()
    does = "nothing"

    def lookup(self, name: str, options: LookupOptions) -> Lookup:
        return self

    async def fetch(self, params: Mapping[str, Scalar]) -> Sequence[Row]:
        raise AssertionError("a lookup is not run")

    async def described(self) -> QueryColumns | None:
        if self.does == "fails":
            raise KeyError("phone")
        if self.does == "hangs":
            await asyncio.Event().wait()
        return None


STRANGE = "version: 1\nsources: {x: {connector: strange, timeout_ms: 1}}\n"
STRANGE += "lookups: {l: {source: x, facet: notes}}\n"


@pytest.fixture
def strange(tmp_path: Path) -> Loaded:
    file = tmp_path / "s.yaml"
    file.write_text(STRANGE)
    return load_config(file)


async def test_a_connector_that_cannot_say_its_columns_is_only_reached(
    strange: Loaded,
) -> None:
    (check,) = await connected(strange, find=lambda _: _Strange)
    (query,) = check.queries
    assert (check.is_reached, query.columns, query.problems) == (True, None, [])


async def test_a_defect_of_a_connector_is_a_problem_of_its_query(
    strange: Loaded, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_Strange, "does", "fails")
    (check,) = await connected(strange, find=lambda _: _Strange)
    (problem,) = check.queries[0].problems
    assert problem.sentence.startswith("a defect in its connector: KeyError: 'phone'")


async def test_a_query_that_is_slow_or_hangs_is_said(
    strange: Loaded, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_Strange, "does", "hangs")
    monkeypatch.setattr(connecting, "PREPARED_WITHIN_S", 0.01)
    (check,) = await connected(strange, find=lambda _: _Strange)
    (query,) = check.queries
    assert [x.sentence for x in query.problems] == [
        "the query of l did not answer within 0.01 s"
    ]
    (warning,) = query.warnings
    assert "longer than its deadline of 1 ms" in warning.sentence


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    if binary("initdb") is None:
        if os.environ.get("CI"):
            pytest.fail("PostgreSQL's initdb is needed: install postgresql")
        pytest.skip("PostgreSQL is not installed")
    with postgres() as url:
        yield url.replace("+asyncpg", "")


@pytest.fixture
async def admin(server: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(server)
    await connection.execute(
        "create role reader login password 'pw-of-reader'; create table secret (pin"
        " text); create table account (customer int, owed text, since text);"
        " grant select on account to reader"
    )
    yield connection
    await connection.close()


async def test_postgresql_is_asked_with_the_rights_of_the_source(
    folder: Path, server: str, admin: asyncpg.Connection
) -> None:
    url = server.replace("screenpop@", "reader:pw-of-reader@")
    lookups = """\
  owed:
    source: erp
    facet: balance
    query: |
      select owed as open, since as overdue_since from account
      where customer = :customer.key
  pin: {source: erp, facet: notes, query: select pin as text from secret}
"""
    sources = f"  erp: {{connector: sql, url: '{url}'}}"
    _, erp = await connected(loaded(folder, sources=sources, lookups=lookups))
    found = queries([erp])
    assert told(found["owed"].warnings) == [
        "11:22 lookups.owed: returns `open` as text, where money is expected. Convert"
        " it, e.g. `cast(… as numeric(12, 2)) as open`. Values that cannot be read are"
        " shown unchanged.",
        "11:37 lookups.owed: returns `overdue_since` as text, where date is expected."
        " Convert it, e.g. `cast(… as date) as overdue_since`. Values that cannot be"
        " read are shown unchanged.",
        "11:22 lookups.owed: returns `open` without a currency. Add the column, e.g."
        " `'EUR' as currency`, or set `currency` of these columns under `facets`.",
    ]
    assert told(found["pin"].problems) == [
        "13:67 lookups.pin: the query of lookup pin failed: permission denied for table"
        " secret. Let its owner run `grant select on … to reader`, and `grant usage on"
        " schema …` for another schema."
    ]


async def test_canary_callers_are_looked_up_and_what_fails_is_a_problem(
    folder: Path,
) -> None:
    file = folder / "s.yaml"
    canaries = "{numbers: ['+442079460958', '+442079460111'], expect: [identity.name]}"
    keys = f"url: 'sqlite:///shop.sqlite', contacts: {CONTACTS}, canaries: {canaries}"
    file.write_text(f"{HEAD}sources:\n  shop: {{connector: sql, {keys}}}\n")
    (check,) = await connected(load_config(file), tries_canaries=True)
    assert [each.outcome for each in check.canaries] == ["found", "not_found"]
    (problem,) = told(check.canary_problems)
    assert "sources.shop.canaries.numbers[1]: canary caller +4420…11: not" in problem
    (untried,) = await connected(load_config(file))
    assert untried.canaries == []
