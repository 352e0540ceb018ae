"""Does the `redis` connector keep the contract, against a real Redis?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
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
