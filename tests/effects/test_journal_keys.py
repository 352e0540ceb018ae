"""The keys of a journal in Redis: does each have its effect?"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from call_centre import open_call_centre
from key_effects import built, loaded, shows_effect_of
from redis_sentinel import sentinel_of
from redis_server import RedisServer, redis_server

from screenpop.config.problems import ConfigProblems
from screenpop.domain.errors import Unavailable


@pytest.fixture
def server() -> Iterator[RedisServer]:
    with redis_server() as server:
        yield server


def on_redis(server: RedisServer, **more: Any) -> dict[str, Any]:
    return {"engine": "redis", "url": server.url, **more}


def problems(folder: Path, **journal: Any) -> str:
    with pytest.raises(ConfigProblems) as caught:
        loaded(folder, journal=journal)
    return str(caught.value)


@shows_effect_of("journal.url")
async def test_the_journal_lies_in_the_redis_that_the_url_names(
    tmp_path: Path, server: RedisServer
) -> None:
    async with built(tmp_path, journal=on_redis(server)):
        assert "{screenpop}:journal" in server.command("KEYS", "*")
    assert not (tmp_path / "data" / "journal.sqlite").exists()
    assert "journal.url: is missing" in problems(tmp_path, engine="redis")
    assert "has no effect" in problems(tmp_path, url=server.url)
    wrong = problems(tmp_path, engine="redis", url="redis://u:hush-hush@h/first")
    assert "journal.url: the database must be one whole number" in wrong
    assert "hush" not in wrong


@shows_effect_of("journal.key_prefix")
async def test_nodes_of_another_prefix_have_another_journal(
    tmp_path: Path, server: RedisServer
) -> None:
    async with built(tmp_path, journal=on_redis(server, key_prefix="two")) as service:
        identity = service.journal.identity
        assert server.command("HGET", "{two}:journal:about", "identity") == identity
        assert server.command("EXISTS", "{screenpop}:journal") == "0"


@shows_effect_of("journal.node")
async def test_a_node_says_its_name(tmp_path: Path, server: RedisServer) -> None:
    async with (
        built(tmp_path, journal=on_redis(server, node="pop-7")),
        asyncio.timeout(10),
    ):
        while server.command("EXISTS", "{screenpop}:node:pop-7") == "0":
            await asyncio.sleep(0.02)
        assert "name=screenpop-pop-7" in server.command("CLIENT", "LIST")
    assert server.command("EXISTS", "{screenpop}:node:pop-7") == "0"


@shows_effect_of("journal.ca_file")
async def test_the_ca_file_is_read_from_beside_the_configuration(
    tmp_path: Path,
) -> None:
    url = "rediss://127.0.0.1:1/0"
    missing = problems(tmp_path, engine="redis", url=url, ca_file="ca.pem")
    assert "journal.ca_file: no such file" in missing
    (tmp_path / "ca.pem").write_text("not a certificate")
    with pytest.raises(Unavailable, match=r"X509|PEM|certificate"):
        async with built(
            tmp_path,
            journal={"engine": "redis", "url": url, "ca_file": "ca.pem"}
            | {"patience_s": 0},
        ):
            pass


@shows_effect_of("journal.sentinel_user", "journal.sentinel_password")
async def test_a_sentinel_that_asks_for_a_password_gets_it(tmp_path: Path) -> None:
    login = "user pop on >secret-word allchannels +@all"
    with redis_server() as server, sentinel_of(server, login) as sentinel:
        url = f"redis+sentinel://127.0.0.1:{sentinel.port}/main/0"
        options = {"engine": "redis", "url": url, "patience_s": 0}
        login_of = {"sentinel_user": "pop", "sentinel_password": "secret-word"}
        async with built(tmp_path, journal={**options, **login_of}):
            assert server.command("EXISTS", "{screenpop}:journal:about") == "1"
        wrong = {**login_of, "sentinel_password": "wrong-word"}
        with pytest.raises(Unavailable, match="sentinel_password") as caught:
            async with built(tmp_path, journal={**options, **wrong}):
                pass
        assert "wrong-word" not in str(caught.value)
    away = problems(tmp_path, engine="redis", url="redis://h", sentinel_password="x")
    assert "journal.sentinel_password: it is given" in away


@shows_effect_of("journal.timeout_s", "journal.patience_s")
@pytest.mark.parametrize(("patience_s", "at_least_s"), [(0, 0.0), (1.5, 1.5)])
async def test_an_append_waits_for_an_absent_redis_as_long_as_asked(
    tmp_path: Path, patience_s: float, at_least_s: float
) -> None:
    with redis_server() as server:
        options = on_redis(
            server, timeout_s=0.2, patience_s=patience_s, spool_entries_max=0
        )
        async with open_call_centre(tmp_path, journal=options) as centre:
            await centre.ring("ana")
            server.kill()
            began_s = time.monotonic()
            event = {"type": "arrived", "call_id": "c-2"}
            assert await centre.tell(event) == 503
            assert at_least_s <= time.monotonic() - began_s < at_least_s + 5
            server.start()


@shows_effect_of("journal.spool_entries_max")
@pytest.mark.parametrize(
    ("entries_max", "statuses"), [(2, [200, 200, 503]), (0, [503])]
)
async def test_so_many_entries_are_kept_while_redis_is_away(
    tmp_path: Path, entries_max: int, statuses: list[int]
) -> None:
    with redis_server() as server:
        options = on_redis(server, patience_s=0, spool_entries_max=entries_max)
        async with open_call_centre(tmp_path, journal=options) as centre:
            server.kill()
            for number, status in enumerate(statuses):
                event = {"type": "arrived", "call_id": f"c-{number}"}
                assert await centre.tell(event) == status
            server.start()
