"""What is said of a Redis that keeps more or less?"""

from __future__ import annotations

import re

import pytest
from redis_server import redis_server

from screenpop.domain.errors import ConfigError
from screenpop.journal.redis import RedisJournal
from screenpop.journal.redis_address import parse_address
from screenpop.journal.redis_facts import RedisFacts, check_version

GOOD = {
    "appendonly": "yes",
    "appendfsync": "everysec",
    "save": "",
    "maxmemory-policy": "noeviction",
    "min-replicas-to-write": "1",
}


def facts(
    settings: dict[str, str] | None = None,
    *,
    replicas: int = 0,
    sentinel: bool = False,
) -> RedisFacts:
    return RedisFacts(
        version="7.2.0",
        settings=GOOD | (settings or {}),
        replicas=replicas,
        sentinel=sentinel,
    )


def test_a_good_server_has_a_loss_and_nothing_to_change() -> None:
    assert facts().may_lose == (
        "An abrupt power failure of the Redis machine may lose the last second."
    )
    assert facts().notice is None


@pytest.mark.parametrize(
    ("settings", "loses"),
    [
        ({"appendfsync": "always"}, "loses nothing that was acknowledged"),
        ({"appendfsync": "no"}, "the last half minute"),
        (
            {"appendonly": "no", "save": "3600 1"},
            r"since its last dump \(save 3600 1\)",
        ),
        ({"appendonly": "no"}, "loses the whole journal"),
    ],
)
def test_each_kind_of_persistence_has_its_sentence(
    settings: dict[str, str], loses: str
) -> None:
    assert re.search(loses, facts(settings).may_lose)


def test_what_cannot_be_read_is_unknown() -> None:
    unknown = RedisFacts(version="7.2.0")
    assert "unknown" in unknown.may_lose
    assert unknown.notice is None


def test_replicas_mean_that_a_failover_loses() -> None:
    assert "failover may lose" not in facts().may_lose
    assert "writes need 1 connected replicas" in facts(replicas=1).may_lose
    lonely = facts({"min-replicas-to-write": "0"}, sentinel=True)
    assert lonely.notice is not None
    assert "min-replicas-to-write 1" in lonely.notice


def test_eviction_is_reported() -> None:
    notice = facts({"maxmemory-policy": "allkeys-lru"}).notice
    assert notice is not None
    assert "noeviction" in notice


@pytest.mark.parametrize("version", ["6.2.14", "5.0.0"])
def test_an_old_server_is_refused(version: str) -> None:
    with pytest.raises(ConfigError, match=r"needs\s+Redis 7\.0"):
        check_version(version)


@pytest.mark.parametrize("version", ["7.0.15", "8.6.0", "10.0.0", "unknown"])
def test_others_are_not(version: str) -> None:
    check_version(version)


async def test_a_real_server_without_persistence_says_so() -> None:
    with redis_server() as server:
        journal = RedisJournal(parse_address(server.url))
        await journal.open()
        assert "loses the whole journal" in (journal.health.may_lose or "")
        assert "appendonly yes" in (journal.health.notice or "")
        await journal.close()
