"""Which hash of a Redis holds what is known of the caller?"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from itertools import islice

from pydantic import BaseModel, ConfigDict, Field, SecretStr
from redis.asyncio import Redis
from redis.exceptions import (
    AuthenticationError,
    MaxConnectionsError,
    RedisError,
    ResponseError,
)
from redis.exceptions import ConnectionError as ConnectionFailed
from redis.exceptions import TimeoutError as TookTooLong

from screenpop.connector import (
    Busy,
    ConfigError,
    Connector,
    ConnectorContext,
    ContactRecord,
    Lookup,
    LookupOptions,
    Row,
    Scalar,
    SourceOptions,
    Unavailable,
    checked,
    contact_from_row,
    from_bytes,
    told,
)
from screenpop.connector.base import NAME_PATTERN

_PARAMETER = re.compile(r"\{(" + NAME_PATTERN + r")\}")
SCAN_COUNT = 500
FIELDS_MAX = 500
"""Of one hash: further ones are not read."""


class RedisContacts(BaseModel):
    """Which hashes the number index reads."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    match: str = Field(
        description="Pattern of the keys, e.g. `customer:*`; what `*` stands for is the"
        " customer's `key` unless the hash has one."
    )
    fields: dict[str, str] = Field(
        {},
        description="Column to field: `name`, the numbers, and maybe `company`,"
        " `country`; default: all fields under their own names.",
    )
    contacts_max: int = Field(1_000_000, gt=0, description="Hashes read at most.")


class RedisSource(SourceOptions):
    url: SecretStr = Field(
        description="`redis://reader:${REDIS_PASSWORD}@host:6379/0`, or `rediss://`"
        " with TLS."
    )
    timeout_ms: int = Field(
        1000, gt=0, description="Given up when Redis does not answer in time."
    )
    connections_max: int = Field(
        8, gt=0, le=100, description="Connections kept open at most."
    )
    contacts: RedisContacts | None = Field(
        None, description="Which hashes the number index reads."
    )


class RedisLookup(LookupOptions):
    key: str = Field(
        description="Key of one hash, with parameters in braces:"
        " `balance:{customer.key}`."
    )
    fields: dict[str, str] = Field(
        {}, description="Column to field; default: all under their own names."
    )


class RedisConnector(Connector[RedisSource, RedisLookup]):
    """Hashes in Redis: one HGETALL a lookup, never written to."""

    name = "redis"
    source_options = RedisSource
    lookup_options = RedisLookup
    example = """\
sources:
  profiles:
    connector: redis
    url: redis://reader:${REDIS_PASSWORD}@redis.example.net:6379/0
    contacts:
      match: customer:*
      fields: {name: full_name, phone: tel, country: land}
lookups:
  balance:
    source: profiles
    facet: balance
    key: balance:{customer.key}
"""

    def __init__(self, options: RedisSource, context: ConnectorContext):
        super().__init__(options, context)
        limit_s = options.timeout_ms / 1000
        try:
            self._redis = Redis.from_url(
                options.url.get_secret_value(),
                socket_timeout=limit_s,
                socket_connect_timeout=limit_s,
                max_connections=options.connections_max,
            )
        except ValueError as error:
            raise ConfigError(f"url: {told(error)}. Write redis://host:6379/0.") from (
                error
            )

    async def close(self) -> None:
        await self._redis.aclose()

    def lookup(self, name: str, options: RedisLookup) -> RedisHash:
        return RedisHash(self, options)

    @property
    def at_once_max(self) -> int:
        """One connection is kept for reading contacts."""
        reading = self.options.contacts is not None
        return max(1, self.options.connections_max - reading)

    async def ping(self) -> None:
        try:
            await self._redis.ping()
        except (RedisError, OSError) as error:
            raise self._failed(error) from error

    def contacts(self) -> AsyncIterator[ContactRecord] | None:
        contacts = self.options.contacts
        return None if contacts is None else self._customers(contacts)

    async def hashes(self, keys: Sequence[str]) -> list[dict[str, str]]:
        """Each key's hash, empty where there is none; in one request."""
        pipeline = self._redis.pipeline(transaction=False)
        for key in keys:
            pipeline.hgetall(key)
        try:
            found = await pipeline.execute()
        except (RedisError, OSError) as error:
            raise self._failed(error) from error
        return [
            {
                from_bytes(name): from_bytes(value)
                for name, value in list(one.items())[:FIELDS_MAX]
            }
            for one in found
        ]

    async def _customers(self, contacts: RedisContacts) -> AsyncIterator[ContactRecord]:
        reading = self.new_reading()
        before, _, after = contacts.match.partition("*")
        keys = await self._keys(contacts)
        rest = iter(keys)
        while some := list(islice(rest, SCAN_COUNT)):
            for key, values in zip(some, await self.hashes(some), strict=True):
                own = key.removeprefix(before).removesuffix(after)
                row = {"key": own, **columns(values, contacts.fields)}
                contact = contact_from_row(row, reading=reading, place=f"hash {own}")
                if contact is not None:
                    yield contact

    async def _keys(self, contacts: RedisContacts) -> list[str]:
        """SCAN may give a key twice."""
        keys: dict[str, None] = {}
        scan = self._redis.scan_iter(contacts.match, count=SCAN_COUNT, _type="HASH")
        try:
            async for raw in scan:
                keys[raw.decode(errors="surrogateescape")] = None
                if len(keys) >= contacts.contacts_max:
                    break
        except (RedisError, OSError) as error:
            raise self._failed(error) from error
        return list(keys)

    def _failed(self, error: Exception) -> Unavailable:
        if isinstance(error, MaxConnectionsError):
            return Busy(
                f"all {self.options.connections_max} connections are busy."
                " Raise connections_max.",
                brief="is busy with other lookups",
            )
        given = self._redis.get_connection_kwargs()  # type: ignore[no-untyped-call]
        password = given.get("password") or ""
        reason = told(error, secrets=[password])
        if isinstance(error, AuthenticationError):
            return Unavailable(f"Redis refused: {reason}. Check user and password.")
        if isinstance(error, ConnectionFailed | TookTooLong | OSError):
            return Unavailable(
                f"cannot reach Redis: {reason}. Is it running, and may this machine"
                " reach it?",
                brief="cannot be reached",
            )
        remedy = "Let the user run HGETALL, SCAN and PING on these keys."
        if isinstance(error, ResponseError) and "WRONGTYPE" in str(error):
            remedy = "Name a key that holds a hash."
        return Unavailable(f"Redis refused: {reason}. {remedy}")


class RedisHash(Lookup):
    def __init__(self, source: RedisConnector, options: RedisLookup):
        self._source = source
        self._key = options.key
        self._fields = options.fields
        self.needs = frozenset(map(checked, _PARAMETER.findall(options.key)))

    async def fetch(self, params: Mapping[str, Scalar]) -> Sequence[Row]:
        key = _PARAMETER.sub(lambda found: str(params[found[1]]), self._key)
        if key.encode(errors="replace").decode() != key:
            return ()  # half a surrogate pair: no client can write such a key
        (found,) = await self._source.hashes([key])
        return [columns(found, self._fields)] if found else []


def columns(values: Mapping[str, str], fields: Mapping[str, str]) -> Row:
    if not fields:
        return dict(values)
    return {column: values.get(field) for column, field in fields.items()}
