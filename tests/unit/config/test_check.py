from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from pydantic import Field, SecretStr

from screenpop.config.check import check, inspect
from screenpop.config.load import Loaded, from_text
from screenpop.config.model import LineSettings
from screenpop.connector import (
    ConfigError,
    Connector,
    ContactRecord,
    Lookup,
    LookupOptions,
    Row,
    Scalar,
    SourceOptions,
)


class BoxSource(SourceOptions):
    drawer: int = Field(1, gt=0)
    password: SecretStr | None = None
    contacts: bool | None = None


class BoxLookup(LookupOptions):
    asks: tuple[str, ...] = ()


class BoxQuestion(Lookup):
    def __init__(self, asks: tuple[str, ...]):
        self.needs = frozenset(asks)

    async def fetch(self, params: Mapping[str, Scalar]) -> Sequence[Row]:
        return []


class BoxConnector(Connector[BoxSource, BoxLookup]):
    """A box of cards."""

    name = "box"
    source_options = BoxSource
    lookup_options = BoxLookup

    def __init__(self, options: BoxSource, context: Any):
        if options.drawer == 13:
            raise ConfigError("drawer 13 is jammed, e.g. by paper. Use another one.")
        super().__init__(options, context)

    def lookup(self, name: str, options: BoxLookup) -> Lookup:
        if "nothing" in options.asks:
            raise ConfigError(f"{name} asks nothing. Ask for something.")
        return BoxQuestion(options.asks)

    def contacts(self) -> AsyncIterator[ContactRecord] | None:
        return None


def find(name: str) -> type[Connector[Any, Any]]:
    if name != "box":
        raise ConfigError(f"no connector is called {name}. Installed: box.")
    return BoxConnector


def check_line(name: str, line: LineSettings) -> None:
    if line.dialect != "generic":
        raise ConfigError(f"no dialect is called {line.dialect}. There is generic.")
    if "token" not in line.settings:
        raise ConfigError(
            f"lines.{name}.settings.token: is missing. Add it.\n"
            f"lines.{name}: proves nothing. Add a secret."
        )


def load(text: str, folder: Path) -> Loaded:
    return from_text(text, folder=folder)


@pytest.fixture
def said(tmp_path: Path) -> Any:
    def problems(text: str) -> list[str]:
        loaded = load(text, tmp_path)
        found = check(loaded, find=find, check_line=check_line)
        return [str(problem).removeprefix("screenpop.yaml:") for problem in found]

    return problems


def test_a_whole_configuration_has_no_problem(said: Any) -> None:
    assert said(GOOD) == []


GOOD = """
server: {time_zone: Europe/London, country: GB, public_url: "https://pop.example.net"}
lines:
  pbx: {dialect: generic, country: NO, settings: {token: "0123456789"}}
sources:
  cards: {connector: box, drawer: 2}
lookups:
  who: {source: cards, facet: identity, asks: [number]}
  money: {source: cards, facet: balance, asks: [customer.id]}
"""


def test_the_waterfall_of_a_good_file_is_known(tmp_path: Path) -> None:
    assert inspect(load(GOOD, tmp_path), find=find).steps == (("who",), ("money",))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "lookups:\n  who: {source: card, facet: identity}\n"
            "sources:\n  cards: {connector: box}\n",
            "2:9: lookups.who.source: there is no source `card`. Did you mean `cards`?",
        ),
        (
            "sources:\n  cards: {connector: bxo}\n",
            "2:11: sources.cards.connector: no connector is called bxo."
            " Installed: box.",
        ),
        (
            "sources:\n  cards:\n    connector: box\n    drawer: 0\n",
            "4:5: sources.cards.drawer: must be greater than 0, is 0. E.g. 1.",
        ),
        (
            "sources:\n  cards:\n    connector: box\n    timeout_mss: 5\n",
            "4:5: sources.cards.timeout_mss: is not a known key."
            " Did you mean `timeout_ms`?",
        ),
        (
            "sources:\n  cards: {connector: box, drawer: 13}\n",
            "2:3: sources.cards: drawer 13 is jammed, e.g. by paper. Use another one.",
        ),
        (
            "sources:\n  c: {connector: box}\n"
            "lookups:\n  a: {source: c, facet: balance, asks: [nothing]}\n",
            "4:3: lookups.a: a asks nothing. Ask for something.",
        ),
        (
            "sources:\n  c: {connector: box}\n"
            "lookups:\n  a: {source: c, facet: balance, asks: 1}\n",
            "4:34: lookups.a.asks: must be a list, is 1.",
        ),
        (
            "recall:\n  money: [balance.overdu]\n",
            "2:11: recall.money[0]: there is no column `balance.overdu`."
            " Did you mean `balance.overdue`?",
        ),
        (
            "sources:\n  c: {connector: box}\n"
            "lookups:\n  a: {source: c, facet: balanse}\n",
            "4:18: lookups.a.facet: there is no facet `balanse`."
            " Did you mean `balance`? Or declare it under `facets`.",
        ),
        (
            "sources:\n  c: {connector: box}\n"
            "lookups:\n  customer: {source: c, facet: balance}\n",
            "4:3: lookups.customer: cannot be called `customer`: parameters"
            " `:customer.…` mean another. Take another name.",
        ),
        (
            "dispositions:\n- {code: a, label: A}\n- {code: a, label: B}\n",
            "3:4: dispositions[1].code: `a` stands here a second time."
            " Give each disposition its own code.",
        ),
        (
            "lines:\n  pbx: {settings: {token: abc}, dialect: gneric}\n",
            "2:33: lines.pbx.dialect: no dialect is called gneric. There is generic.",
        ),
        (
            "lines:\n  pbx: {country: UK, settings: {token: abc}}\n",
            "2:9: lines.pbx.country: `UK` is not a valid country code."
            " Did you mean `GB`?",
        ),
        (
            "server: {time_zone: london}\n",
            "1:10: server.time_zone: there is no time zone `london`."
            " Did you mean `Europe/London`?",
        ),
        (
            "server: {public_url: pop.example.net}\n",
            "1:10: server.public_url: must begin with https:// or http://."
            " Use scheme, host and maybe port, e.g. https://pop.example.net.",
        ),
        (
            "server: {public_url: 'https://u:p@pop.example.net'}\n",
            "1:10: server.public_url: must hold no user or password."
            " Use scheme, host and maybe port, e.g. https://pop.example.net.",
        ),
        (
            "server: {trusted_proxies: [10.0.0.1/8]}\n",
            "1:28: server.trusted_proxies[0]: is not a valid network:"
            " 10.0.0.1/8 has host bits set. Use CIDR, e.g. 10.0.0.0/8.",
        ),
        (
            "dialled: {0800123: {label: Shop}}\n",
            "1:11: dialled.0800123: must be a number in E.164."
            " Use +, country code and number: +442079460100.",
        ),
        (
            "store: {url: 'mysql://u:geheim@h/d'}\n",
            "1:9: store.url: names no engine we know. Begin it with"
            " sqlite+aiosqlite:// or postgresql+asyncpg://.",
        ),
    ],
)
def test_each_mistake_is_told_with_place_and_remedy(
    said: Any, text: str, expected: str
) -> None:
    assert said(text) == [expected]


def test_each_thing_that_a_dialect_misses_has_its_place(said: Any) -> None:
    assert said("lines:\n  pbx:\n    settings: {tokn: abc}\n") == [
        "2:3: lines.pbx: proves nothing. Add a secret.",
        "3:5: lines.pbx.settings.token: is missing. Add it.",
    ]


@pytest.mark.parametrize(
    ("other", "sentence"),
    [("main", "names the line itself"), ("pbx", "'pbx' is not a line")],
)
def test_a_line_shares_its_calls_with_another_line_only(
    tmp_path: Path, other: str, sentence: str
) -> None:
    text = f"""version: 1
lines:
  main:
    settings: {{token: x}}
    same_calls_as: {other}
"""
    (problem,) = check(load(text, tmp_path), find=find, check_line=check_line)
    assert sentence in str(problem)
    assert "same_calls_as" in str(problem)


def test_the_lookups_of_a_source_switched_off_are_left_out(said: Any) -> None:
    text = """
sources:
  cards: {connector: not_installed, enabled: false}
lookups:
  who: {source: cards, facet: identity, no_such_key: 1}
"""
    assert said(text) == []


def test_a_lookup_that_needs_a_switched_off_one_is_told(said: Any) -> None:
    text = """
sources:
  off: {connector: box, enabled: false}
  cards: {connector: box}
lookups:
  order: {source: off, facet: sales_history}
  parts: {source: cards, facet: tickets, asks: [order.id]}
"""
    assert "there is no lookup `order`" in said(text)[0]


def test_a_number_index_finds_customers_too(said: Any) -> None:
    text = """
sources:
  cards: {connector: box, contacts: true}
lookups:
  money: {source: cards, facet: balance, asks: [customer.id]}
"""
    assert said(text) == []
    assert "nothing finds a customer" in said(text.replace("true", "null"))[0]


def test_a_folder_that_is_a_file_is_told(said: Any, tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    assert said("server: {data_dir: data/here}\n") == [
        f"1:10: server.data_dir: {tmp_path}/data is not a folder."
        " Name a folder of its own."
    ]


def test_secrets_of_connectors_are_known_and_never_told(tmp_path: Path) -> None:
    text = "sources:\n  cards: {connector: box, password: geheim}\n"
    checked = inspect(load(text, tmp_path), find=find)
    assert checked.secrets == {"geheim"}
    assert "geheim" not in repr(checked)


def test_a_secret_in_a_connectors_own_error_is_left_out(tmp_path: Path) -> None:
    def leaky(name: str) -> type[Connector[Any, Any]]:
        raise ConfigError("cannot use geheim here. Use another.")

    text = "sources:\n  cards: {connector: box, password: geheim}\n"
    [problem] = check(load(text, tmp_path), find=leaky)
    assert problem.sentence == "cannot use … here"


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("sslmode=require", None),
        ("application_name=pop&connect_timeout=3", None),
        ("sslMode=require", "Did you mean sslmode?"),
        ("channel_binding=require", "use sslmode=verify-full"),
    ],
)
def test_the_options_of_the_stores_url_are_checked(
    query: str, said: str | None, tmp_path: Path
) -> None:
    url = f"postgresql+asyncpg://a:b@h/store?{query}"
    loaded = from_text(f"version: 1\nstore: {{url: '{url}'}}\n", folder=tmp_path)
    texts = [str(x) for x in check(loaded) if x.key == "store.url"]
    assert len(texts) == (0 if said is None else 1)
    assert all(str(said) in text for text in texts)


@pytest.mark.parametrize("password", ["a@b:c7secret", "ab@secret", "a@b/secret"])
def test_a_password_in_a_url_that_must_be_encoded_is_said_and_never_shown(
    password: str, tmp_path: Path
) -> None:
    url = f"postgresql+asyncpg://reader:{password}@127.0.0.1:1/store"
    text = f"""version: 1
store: {{url: "{url}"}}
sources:
  erp: {{connector: sql, url: "{url.replace("+asyncpg", "")}"}}
"""
    found = check(from_text(text, folder=tmp_path))
    assert [problem.key for problem in found] == ["store.url", "sources.erp.url"]
    assert all("percent-encode" in str(problem) for problem in found)
    assert "secret" not in str(found)


def test_a_public_url_that_a_line_needs_is_reported_at_that_line(
    tmp_path: Path,
) -> None:
    def needing(name: str, line: object) -> None:
        raise ConfigError(f"server.public_url: is missing; lines.{name} needs it. Add.")

    text = "version: 1\nlines:\n  a: {settings: {}}\n  b: {settings: {}}\n"
    found = check(from_text(text, folder=tmp_path), check_line=needing)
    places = [(p.line, p.key, p.sentence.split("; ")[1]) for p in found]
    assert places == [
        (3, "server.public_url", "lines.a needs it"),
        (4, "server.public_url", "lines.b needs it"),
    ]
