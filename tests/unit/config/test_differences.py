from __future__ import annotations

from typing import Any

from screenpop.config.differences import changed_keys, unchanged_sources
from screenpop.config.model import Configuration


def config(**keys: Any) -> Configuration:
    return Configuration.model_validate(keys)


def told(old: Configuration, new: Configuration) -> dict[str, str]:
    return {x.key: x.what for x in changed_keys(old, new)}


def restarts(old: Configuration, new: Configuration) -> dict[str, str | None]:
    return {x.key: x.restart for x in changed_keys(old, new)}


CRM = {"connector": "sql", "url": "sqlite://", "breaker": {"failures": 5}}
ASKS = {"source": "crm", "facet": "balance", "query": "select 1 as open"}


def test_each_key_that_differs_is_named_and_none_that_does_not() -> None:
    old = config(sources={"crm": CRM}, dispositions=[{"code": "a", "label": "A"}])
    new = config(
        sources={"crm": {**CRM, "url": "sqlite:///x", "breaker": {"failures": 3}}},
        dispositions=[{"code": "a", "label": "B"}, {"code": "b", "label": "B"}],
    )
    assert told(old, old) == {}
    assert told(old, new) == {
        "sources.crm.breaker.failures": "changed",
        "sources.crm.url": "changed",
        "dispositions[0].label": "changed",
        "dispositions[1]": "added",
    }
    assert told(new, old)["dispositions[1]"] == "removed"


def test_a_secret_that_changes_is_a_change_without_its_value() -> None:
    old = config(store={"url": "postgresql+asyncpg://a:old@b/c"})
    new = config(store={"url": "postgresql+asyncpg://a:new@b/c"})
    assert told(old, new) == {"store.url": "changed"}


def test_keys_of_the_start_need_a_restart_with_a_reason() -> None:
    for key, value in {
        "server": {"port": 1},
        "journal": {"engine": "memory"},
        "limits": {"live_calls_max": 5},
        "calls": {"linger_s": 5},
        "privacy": {"key_file": "keys"},
        "recall": {"days": 9},
    }.items():
        (reason,) = restarts(config(), config(**{key: value})).values()
        assert reason, key


def test_rules_of_counting_and_teams_are_taken_while_it_runs() -> None:
    for key, value in {
        "service_level": {"target_s": 5},
        "queues": {"a": {"label": "A", "target_s": 5}},
        "teams": {"north": {"label": "North", "members": ["ana"]}},
        "privacy": {"group_min": 9, "live_state_for": "agent"},
        "limits": {"body_bytes_max": 5, "sessions_max": 7},
        "insight": {"offers_max": 2},
        "sources": {"crm": {**CRM, "orders": {"query": "select 1"}}},
    }.items():
        found = restarts(config(), config(**{key: value}))
        assert found, key
        assert not any(found.values()), key


def test_lines_are_taken_but_for_the_pairing_of_two() -> None:
    pair = {"a": {}, "b": {"same_calls_as": "a"}}
    assert restarts(config(lines={"a": {}}), config(lines=pair))["lines.b"]
    changed = config(lines={"a": {"country": "DE"}})
    assert restarts(config(lines={"a": {}}), changed) == {"lines.a.country": None}


def test_a_source_whose_lookups_changed_is_another_source() -> None:
    old = config(sources={"crm": CRM, "erp": CRM}, lookups={"owed": ASKS})
    same = unchanged_sources(old, old)
    assert same == {"crm", "erp"}
    other = config(
        sources={"crm": CRM, "erp": CRM},
        lookups={"owed": {**ASKS, "query": "select 2 as open"}},
    )
    assert unchanged_sources(old, other) == {"erp"}
    off = config(sources={"crm": CRM, "erp": {**CRM, "enabled": False}})
    assert unchanged_sources(old, off) == set()
