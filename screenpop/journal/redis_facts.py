"""What does this Redis keep when it, or its machine, ends abruptly?

Version, persistence, eviction and replication are read when the journal opens. What
may not be read (`CONFIG` forbidden, as with many providers) is unknown, and said so.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from screenpop.domain.errors import ConfigError, Unavailable
from screenpop.journal.redis_link import RedisLink

OLDEST = (7, 0)
SETTINGS = (
    "appendonly", "appendfsync", "save", "maxmemory-policy", "min-replicas-to-write",
)  # fmt: skip
ADVICE = "docs/journal.md has the settings for Redis."


@dataclass(frozen=True, kw_only=True)
class RedisFacts:
    """What a server said of itself; a setting that is not there is unknown."""

    version: str
    settings: Mapping[str, str] = field(default_factory=dict)
    replicas: int | None = None
    sentinel: bool = False
    in_cluster: bool = False

    @property
    def may_lose(self) -> str:
        """What an abrupt end may cost, in plain sentences."""
        said = [self._at_power_failure(), self._at_failover()]
        return " ".join(sentence for sentence in said if sentence)

    @property
    def notice(self) -> str | None:
        """What should be set otherwise; None: nothing."""
        found = [self._weak_persistence(), self._eviction(), self._lonely_master()]
        said = [sentence for sentence in found if sentence]
        return f"{' '.join(said)} {ADVICE}" if said else None

    def _at_power_failure(self) -> str:
        appends = self.settings.get("appendonly")
        if appends is None:
            return "What Redis loses at an abrupt end is unknown: CONFIG is forbidden."
        if appends == "yes":
            return _FSYNC.get(self.settings.get("appendfsync", ""), _FSYNC["unknown"])
        if self.settings.get("save"):
            return (
                "An abrupt end of Redis may lose all since its last dump (save"
                f" {self.settings['save']})."
            )
        return "A restart of Redis loses the whole journal: it saves nothing to a disk."

    def _at_failover(self) -> str:
        if not (self.replicas or self.sentinel or self.in_cluster):
            return ""
        least = self.settings.get("min-replicas-to-write")
        text = "A failover may lose what the new master had not received yet"
        if least in (None, "0"):
            return f"{text}."
        return f"{text}; writes need {least} connected replicas."

    def _weak_persistence(self) -> str:
        if self.settings.get("appendonly") == "no":
            return f"{self._at_power_failure()} Set appendonly yes."
        return ""

    def _eviction(self) -> str:
        policy = self.settings.get("maxmemory-policy", "noeviction")
        if policy == "noeviction":
            return ""
        return (
            f"Redis may evict the journal when its memory is full (maxmemory-policy"
            f" {policy}). Set noeviction."
        )

    def _lonely_master(self) -> str:
        if self.sentinel and self.settings.get("min-replicas-to-write") == "0":
            return (
                "A master that is cut off goes on accepting events, and a failover"
                " loses them. Set min-replicas-to-write 1."
            )
        return ""


_FSYNC = {
    "always": "An abrupt power failure of the Redis machine loses nothing that was"
    " acknowledged.",
    "everysec": "An abrupt power failure of the Redis machine may lose the last"
    " second.",
    "no": "An abrupt power failure of the Redis machine may lose the last half minute.",
    "unknown": "What a power failure of the Redis machine loses is unknown.",
}


async def read_facts(
    link: RedisLink, *, sentinel: bool, in_cluster: bool
) -> RedisFacts:
    """Raises `ConfigError` for a version that is too old, `Unavailable`."""
    info = _fields(await link.call("INFO", "server"))
    version = info.get("redis_version", "unknown")
    check_version(version)
    try:
        flat = await link.call("CONFIG", "GET", *SETTINGS)
        texts = [part.decode() for part in flat]
        settings = dict(zip(texts[::2], texts[1::2], strict=True))
    except Unavailable:
        settings = await _guessed(link)
    replicas = _fields(await link.call("INFO", "replication")).get("connected_slaves")
    return RedisFacts(
        version=info.get("valkey_version", version),
        settings=settings,
        replicas=None if replicas is None else int(replicas),
        sentinel=sentinel,
        in_cluster=in_cluster,
    )


async def _guessed(link: RedisLink) -> dict[str, str]:
    """Whether there is an append-only file stands in INFO, too."""
    enabled = _fields(await link.call("INFO", "persistence")).get("aof_enabled")
    return {"appendonly": "yes"} if enabled == "1" else {}


def check_version(version: str) -> None:
    """Raises `ConfigError`; one that cannot be read passes."""
    found = re.match(r"(\d+)\.(\d+)", version)
    if found and (int(found[1]), int(found[2])) < OLDEST:
        raise ConfigError(
            f"journal.url: this Redis has version {version}; the journal needs"
            " Redis 7.0 or later, or Valkey. Upgrade it."
        )


def _fields(info: bytes) -> dict[str, str]:
    lines = (line.partition(":") for line in info.decode().splitlines())
    return {name: value for name, colon, value in lines if colon}
