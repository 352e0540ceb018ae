"""Which journal does a node write, and what does it do while that is away?"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr


class JournalOptions(BaseModel):
    """The durable record of everything that happens."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    engine: Literal["sqlite", "redis", "memory"] = Field(
        "sqlite",
        description="`sqlite` is a durable file of one node; `redis` is shared by"
        " several nodes; `memory` is for tests only.",
    )
    url: SecretStr | None = Field(
        None,
        description="Of `redis`: redis://, rediss:// (TLS) or"
        " redis+sentinel://HOST:PORT,HOST:PORT/MASTER/DB. In a password,"
        " percent-encode @ : / ? # and % (%40 for @).",
    )
    ca_file: Path | None = Field(
        None,
        description="CA certificates (PEM) for rediss://, relative to this file;"
        " default: those of the system.",
    )
    sentinel_user: str | None = Field(
        None, description="At the Sentinels; default: their default user."
    )
    sentinel_password: SecretStr | None = Field(
        None, description="Of the Sentinels, where they ask for one."
    )
    key_prefix: str = Field(
        "screenpop",
        pattern=r"^[^{}\s]{1,100}$",
        description="Of `redis`: all keys begin with this prefix in braces, one hash"
        " slot of a cluster. Nodes with the same prefix share one journal.",
    )
    node: str | None = Field(
        None,
        pattern=r"^\S{1,100}$",
        description="Of `redis`: this node's name, of its own among all nodes;"
        " default: the host name.",
    )
    timeout_s: float = Field(
        2, gt=0, description="Of `redis`: a command must be answered within this time."
    )
    patience_s: float = Field(
        1,
        ge=0,
        description="Of `redis`: an append is repeated for this long while Redis is"
        " away, then spooled (or refused with 503 where the spool is off or full).",
    )
    spool_entries_max: int = Field(
        200_000,
        ge=0,
        le=1_000_000,
        description="Of `redis`: so many entries this node keeps in"
        " `spool.sqlite` while Redis is away; its own calls go on meanwhile."
        " 0: no spool.",
    )
    synchronous: Literal["normal", "full"] = Field(
        "normal",
        description="`normal` survives a crash of the service, `full` also a power"
        " failure of the machine (about 0.6 ms more per answer).",
    )
    retention_h: float = Field(
        36, gt=1, description="Hours of entries kept; at least a business day."
    )
    pending_max: int = Field(
        20_000, gt=0, description="Records waiting to be written before 503."
    )
    snapshot_every_s: float = Field(
        60,
        gt=0,
        description="How often the state of all calls is saved: a start reads only what"
        " came after it.",
    )

    @property
    def sentinel_login(self) -> tuple[str | None, str | None]:
        """User and password at the Sentinels."""
        password = self.sentinel_password
        return self.sentinel_user, password.get_secret_value() if password else None
