"""How is one command sent to Redis and its own answer read, whatever happens?

A link is one connection with one command at a time. redis-py repeats nothing here
(`Retry(NoBackoff(), 0)`): an append is repeated by its writer, with the same
identities. A command that fails, times out or is cancelled costs the link its
connection, so no answer is ever read by the next command.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from redis.asyncio.connection import Connection
from redis.exceptions import (
    AskError,
    AuthenticationError,
    BusyLoadingError,
    ClusterDownError,
    MasterDownError,
    MovedError,
    NoPermissionError,
    NoScriptError,
    OutOfMemoryError,
    ReadOnlyError,
    RedisError,
    ResponseError,
    TryAgainError,
)
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

from screenpop.domain.errors import Unavailable
from screenpop.journal.redis_address import Host, RedisAddress

MOVES_MAX = 5  # of a cluster's slot, in one search
Part = str | bytes | int

_ELSEWHERE = (AskError, ClusterDownError, ReadOnlyError, TryAgainError)
"""Another server holds the journal now, or none: ask again which."""


@dataclass(frozen=True)
class Script:
    """A Lua script, named by its SHA-1 as Redis does it."""

    text: str

    @property
    def sha(self) -> str:
        return hashlib.sha1(self.text.encode(), usedforsecurity=False).hexdigest()


class Servers:
    """Finds the server that holds the journal now; shared by all links of a node."""

    def __init__(self, address: RedisAddress, key: str, timeout_s: float, name: str):
        """`key` is one of the journal: in a cluster its slot says which server."""
        self.address = address
        self.timeout_s = timeout_s
        self.generation = 0  # grows when all connections are to be dropped
        self.in_cluster = False
        self._key = key
        self._name = name

    def changed(self) -> None:
        """The server is no longer the one to write to: every link asks again."""
        self.generation += 1

    async def connect(self) -> Connection:
        """Raises `RedisError`, `OSError`."""
        host = await self._first()
        for _ in range(MOVES_MAX):
            connection = self.address.connection(host, self.timeout_s, self._name)
            try:
                async with asyncio.timeout(self.timeout_s):
                    await connection.connect()  # type: ignore[no-untyped-call]
                    await self._holds_journal(connection)
            except MovedError as moved:
                await connection.disconnect(nowait=True)
                self.in_cluster = True
                host = (moved.host or host[0], int(moved.port))
            except BaseException:
                await connection.disconnect(nowait=True)
                raise
            else:
                return connection
        raise ClusterDownError("the journal's slot moves from server to server")

    async def _holds_journal(self, connection: Connection) -> None:
        """A replica answers reads: a reader of it would fall behind unnoticed."""
        try:
            role = await _answer(connection, "ROLE")
        except NoPermissionError:
            role = None
        if role is not None and role[0] != b"master":
            raise ReadOnlyError("You can't write against a read only replica.")
        await _answer(connection, "EXISTS", self._key)

    async def _first(self) -> Host:
        if self.address.master is None:
            return self.address.hosts[0]
        failures: list[str] = []
        for host in self.address.hosts:
            try:
                return await self._named_by(host, self.address.master)
            except AuthenticationError as error:
                failures.append(
                    f"{host[0]}:{host[1]}: {error} (journal.sentinel_user,"
                    " journal.sentinel_password)"
                )
            except (RedisError, OSError) as error:
                failures.append(f"{host[0]}:{host[1]}: {error}")
        raise RedisConnectionError(
            f"no Sentinel names a master {self.address.master}: {'; '.join(failures)}"
        )

    async def _named_by(self, sentinel: Host, master: str) -> Host:
        connection = self.address.sentinel(sentinel, self.timeout_s)
        try:
            async with asyncio.timeout(self.timeout_s):
                await connection.connect()  # type: ignore[no-untyped-call]
                found = await _answer(
                    connection, "SENTINEL", "GET-MASTER-ADDR-BY-NAME", master
                )
        finally:
            await connection.disconnect(nowait=True)
        if not found:
            raise RedisConnectionError(f"it knows no master {master}")
        return found[0].decode(), int(found[1])


class RedisLink:
    """One connection, made when it is needed, and made again after a failure."""

    def __init__(self, servers: Servers):
        self._servers = servers
        self._connection: Connection | None = None
        self._generation = 0
        self._closed = False
        self._turn = asyncio.Lock()

    async def call(self, *parts: Part, wait_s: float = 0.0) -> Any:
        """The command's answer; `wait_s` is how long the command itself may block.

        Raises `Unavailable`, also for an error that the server answers.
        """
        async with self._turn:
            try:
                return await self._call(parts, wait_s)
            except Exception as error:
                raise self._away(error) from error

    async def script(
        self, script: Script, keys: Sequence[str], values: Sequence[Part]
    ) -> Any:
        """Its answer, whether the server knows it already or forgot it."""
        rest = (len(keys), *keys, *values)
        async with self._turn:
            try:
                try:
                    return await self._call(("EVALSHA", script.sha, *rest), 0.0)
                except NoScriptError:
                    return await self._call(("EVAL", script.text, *rest), 0.0)
            except Exception as error:
                raise self._away(error) from error

    def again(self) -> None:
        """The next command makes a new connection."""
        self._generation = -1

    async def close(self) -> None:
        """Ends the command under way, too."""
        self._closed = True
        await self.drop()

    def _away(self, error: Exception) -> Exception:
        if self._closed:  # under its hands: whatever the library makes of it
            return Unavailable("the connection to Redis was closed.")
        if isinstance(error, RedisError | OSError | TimeoutError):
            return away(error, self._servers)
        return error

    async def drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.disconnect(nowait=True)

    async def _call(self, parts: tuple[Part, ...], wait_s: float) -> Any:
        if self._generation != self._servers.generation:
            await self.drop()
        if self._connection is None:
            self._generation = self._servers.generation
            self._connection = await self._servers.connect()
        try:
            async with asyncio.timeout(self._servers.timeout_s + wait_s):
                return await _answer(self._connection, *parts)
        except _ELSEWHERE:
            self._servers.changed()
            await self.drop()
            raise
        except ResponseError:  # a whole answer was read: the connection is good
            raise
        except BaseException:
            await self.drop()
            raise


async def _answer(connection: Connection, *parts: Part) -> Any:
    """Without a time limit: redis-py's own returns None when it is over."""
    await connection.send_command(*parts)
    return await connection.read_response()


def away(error: Exception, servers: Servers) -> Unavailable:
    """The failure in words, with a remedy; no part of the URL but its hosts."""
    where = f"Redis at {servers.address}"
    for kind, words in _WORDS:
        if isinstance(error, kind):
            return Unavailable(f"{where}: {words}")
    text = str(error)
    if isinstance(error, RedisTimeoutError | TimeoutError):
        return Unavailable(
            f"{where} did not answer within {servers.timeout_s:g} s"
            " (journal.timeout_s). Check that it runs and is not overloaded."
        )
    for start, words in _STARTS.items():
        if text.startswith(start):
            return Unavailable(f"{where}: {words}")
    if isinstance(error, RedisConnectionError | OSError):
        return Unavailable(
            f"{where} cannot be reached: {text}. Check that it runs, its address and"
            " TLS in journal.url, and the firewall."
        )
    return Unavailable(f"{where} refuses: {text}. See the log of Redis.")


_WORDS: tuple[tuple[type[Exception], str], ...] = (
    (BusyLoadingError, "it reads its data after a start. It answers when it is done."),
    (
        AuthenticationError,
        "it refuses user or password. Check both in journal.url; percent-encode"
        " @ : / ? # and %.",
    ),
    (
        NoPermissionError,
        "its user may not use a command or key of the journal. docs/journal.md lists"
        " what the ACL must allow.",
    ),
    (
        ReadOnlyError,
        "it is a read-only replica. Name the master in journal.url, or the Sentinels"
        " (redis+sentinel://).",
    ),
    (
        OutOfMemoryError,
        "its memory is full (maxmemory). Raise maxmemory, or shorten"
        " journal.retention_h.",
    ),
    (MasterDownError, "it lost its master. Check the master, or the Sentinels."),
    (
        ClusterDownError,
        "no server of the cluster holds the journal's slot now. Check the cluster.",
    ),
    (
        AskError,
        "the journal's slot is being moved to another server. It works again when"
        " that is done.",
    ),
    (TryAgainError, "the journal's slot is being moved. It works when that is done."),
)
_STARTS = {
    "NOREPLICAS": "fewer replicas than min-replicas-to-write are connected, so it"
    " refuses to write. Bring the replicas back.",
    "MISCONF": "it cannot save its data to its disk, so it refuses to write. Free or"
    " repair that disk; see the log of Redis.",
    "BUSY": "a script runs in it for too long. Use SCRIPT KILL, or wait.",
}
