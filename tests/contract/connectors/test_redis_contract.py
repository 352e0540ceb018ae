"""Does the `redis` connector keep the contract, against a real Redis?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from key_effects import shows_effect_of
from one_source import silent
from redis_server import RedisServer, need_redis

from screenpop.connector import ConnectorContext, Scalar, Unavailable
from screenpop.connector.testing import ConnectorContract, Keys
from screenpop_connectors.redis import RedisConnector


@pytest.fixture(scope="module")
def server() -> Iterator[RedisServer]:
    need_redis()
    running = RedisServer()
    running.start()
    running.command("HSET", "customer:41", "full_name", "Ada", "tel", "020 7946 0958",
                    "tel2", "07700 900123", "land", "GB")  # fmt: skip
    running.command("HSET", "customer:42", "full_name", "No number")
    running.command("SET", "customer:43", "not a hash")
    running.command("HSET", "balance:+442079460958", "open", "12.50", "currency", "GBP")
    yield running
    running.stop()


def keys_of(server: RedisServer) -> dict[str, object]:
    fields = {"name": "full_name", "phone": "tel", "phone_2": "tel2", "country": "land"}
    return {
        "url": server.url,
        "connections_max": 40,
        "contacts": {"match": "customer:*", "fields": fields},
    }


class TestRedis(ConnectorContract):
    connector = RedisConnector

    @pytest.fixture
    def source(self, server: RedisServer) -> Keys:
        return keys_of(server)

    @pytest.fixture
    def source_when_down(self) -> Keys:
        return {"url": "redis://nobody:secret@127.0.0.1:1/0"}

    @pytest.fixture
    def lookup(self) -> Keys:
        return {"key": "balance:{number}"}

    @pytest.fixture
    def lookup_with_unknown_parameter(self) -> Keys:
        return {"key": "balance:{numbr}"}

    @pytest.fixture
    def params(self) -> Mapping[str, Scalar]:
        return {"number": "+442079460958"}


def connector(keys: Mapping[str, object]) -> RedisConnector:
    options = RedisConnector.source_options.model_validate(dict(keys))
    return RedisConnector(options, ConnectorContext(source="kv", folder=Path()))


@shows_effect_of(
    "redis: sources.NAME.contacts.match",
    "redis: sources.NAME.contacts.fields",
)
async def test_customers_are_hashes_with_their_key_from_the_pattern(
    server: RedisServer,
) -> None:
    made = connector(keys_of(server))
    found = made.contacts()
    assert found is not None
    (ada,) = [each async for each in found]
    assert (ada.key, ada.name, ada.country) == ("41", "Ada", "GB")
    assert ada.numbers == ("020 7946 0958", "07700 900123")
    assert made.reading is not None
    assert made.reading.left_out == {"no number": 1}
    await made.close()


@shows_effect_of(
    "redis: sources.NAME.url",
    "redis: lookups.NAME.key",
)
async def test_what_redis_refuses_is_said(server: RedisServer) -> None:
    made = connector(keys_of(server))
    options = RedisConnector.lookup_options(key="customer:{number}")
    with pytest.raises(Unavailable, match="Name a key that holds a hash"):
        await made.lookup("asked", options).fetch({"number": "43"})
    (row,) = await made.lookup("asked", options).fetch({"number": "41"})
    assert row["full_name"] == "Ada"
    await made.close()
    url = server.url.replace("redis://", "redis://reader:wrong-one@")
    refused = connector({"url": url})
    with pytest.raises(Unavailable, match="Check user and password") as caught:
        await refused.ping()
    assert "wrong-one" not in str(caught.value)
    await refused.close()


@shows_effect_of("redis: lookups.NAME.fields")
async def test_only_the_fields_named_are_columns(server: RedisServer) -> None:
    made = connector(keys_of(server))
    options = RedisConnector.lookup_options(
        key="customer:{number}", fields={"text": "full_name", "none": "absent"}
    )
    found = await made.lookup("asked", options).fetch({"number": "41"})
    assert found == [{"text": "Ada", "none": None}]
    await made.close()


@shows_effect_of("redis: sources.NAME.contacts.contacts_max")
@pytest.mark.parametrize(("most", "rows"), [(1, 1), (2, 2), (100, 2)])
async def test_at_most_so_many_hashes_are_read(
    server: RedisServer, most: int, rows: int
) -> None:
    contacts = {"match": "customer:*", "contacts_max": most}
    made = connector({"url": server.url, "contacts": contacts})
    found = made.contacts()
    assert found is not None
    assert len([each async for each in found]) <= rows
    assert made.reading is not None
    assert made.reading.rows == rows
    await made.close()


@shows_effect_of("redis: sources.NAME.connections_max")
def test_one_of_the_connections_is_kept_for_reading_contacts() -> None:
    keys = {"url": "redis://127.0.0.1:1/0", "connections_max": 3}
    assert connector(keys).at_once_max == 3
    assert connector({**keys, "contacts": {"match": "*"}}).at_once_max == 2


@shows_effect_of("redis: sources.NAME.timeout_ms")
async def test_a_redis_that_does_not_answer_is_given_up() -> None:
    async with silent() as port:
        made = connector({"url": f"redis://127.0.0.1:{port}/0", "timeout_ms": 20})
        with pytest.raises(Unavailable, match="cannot reach Redis"):
            await made.ping()
        await made.close()
