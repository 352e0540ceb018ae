"""What may be said of a data source and of a question to it?"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Kind = Literal["fields", "rows", "identity"]
TIME_OF_DAY = r"^([01]\d|2[0-3]):[0-5]\d$"
CANARY_NUMBER = r"^\+[1-9][0-9]{1,14}$"
EXPECTED_VALUE = r"^[a-z][a-z0-9_]*\.\S.{0,99}$"  # FACET.COLUMN
CanaryNumber = Annotated[str, Field(pattern=CANARY_NUMBER)]
ExpectedValue = Annotated[str, Field(pattern=EXPECTED_VALUE)]


class BreakerSettings(BaseModel):
    """When is a source paused for a while?"""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    failures: int = Field(5, gt=0, description="Failures in a row that open it.")
    open_s: float = Field(10, gt=0, description="Seconds before one call tries again.")
    pause_max_s: float = Field(
        300, gt=0, description="A source's `Retry-After` is obeyed for so long at most."
    )


class SearchSettings(BaseModel):
    """How a source finds customers when an agent types. Further keys: its lookups'."""

    model_config = ConfigDict(extra="allow", frozen=True, allow_inf_nan=False)

    timeout_ms: int | None = Field(None, gt=0, description="Instead of the source's.")
    cache_s: float | None = Field(None, ge=0, description="Instead of the source's.")

    @property
    def own(self) -> dict[str, Any]:
        """The keys that belong to the connector."""
        return dict(self.model_extra or {})


class CanarySettings(BaseModel):
    """Callers that a source must know, looked up once a day to prove that it does."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    at: str = Field(
        "06:30",
        pattern=TIME_OF_DAY,
        description="When, each day, in `server.time_zone`; also after a start or a"
        " change of the source, and every 15 minutes while one fails.",
    )
    numbers: tuple[CanaryNumber, ...] = Field(
        min_length=1,
        max_length=20,
        description="Numbers of customers of this source, in E.164.",
    )
    expect: tuple[ExpectedValue, ...] = Field(
        (),
        max_length=50,
        description="Values that it must give of each of them, e.g. `balance.open`.",
    )


class Source(BaseModel):
    """One data source. Further keys belong to its connector."""

    model_config = ConfigDict(extra="allow", frozen=True, allow_inf_nan=False)

    connector: str = Field(description="`sql`, `http_json`, `csv_file` or a plugin's.")
    enabled: bool = Field(True, description="false: left out, its lookups too.")
    label: str | None = Field(None, description="How agents know it.")
    expires: date | None = Field(
        None,
        description="Last day of its key or password, of whichever connector: reported"
        " 14 days before.",
    )
    timeout_ms: int = Field(1500, gt=0, description="Deadline of each of its lookups.")
    concurrency: int = Field(16, gt=0, description="Lookups at once.")
    waiting_max: int = Field(200, gt=0, description="Lookups waiting for a place.")
    cache_s: float = Field(15, ge=0, description="An answer this old is fresh.")
    stale_s: float = Field(
        86_400, ge=0, description="An answer this old is shown if the source fails."
    )
    cache_entries: int = Field(10_000, gt=0, description="Answers kept.")
    breaker: BreakerSettings = BreakerSettings()
    search: SearchSettings | None = Field(
        None,
        description="How agents find its customers by account, name or number: a lookup"
        " that takes `:search.text` and gives `key` and `name`; default: by number and"
        " by key alone.",
    )
    canaries: CanarySettings | None = Field(
        None, description="Callers that prove each day that it answers as it should."
    )
    contacts_every_s: float = Field(
        600, gt=0, description="How often the number index is read again."
    )
    contacts_full_at: str = Field(
        "03:00",
        pattern=TIME_OF_DAY,
        description="From this time of the day (`server.time_zone`) on all contacts are"
        " read once, also where only what changed is read: deleted ones go.",
    )
    orders_every_s: float = Field(
        3600, gt=0, description="How often its orders and items are read again."
    )
    orders_full_every_h: float = Field(
        168,
        gt=0,
        description="Where only what changed is read: how often all orders are read, so"
        " that deleted lines go.",
    )

    @property
    def own(self) -> dict[str, Any]:
        """The keys that belong to the connector."""
        return dict(self.model_extra or {})


class LookupSettings(BaseModel):
    """One question to a source. Further keys belong to the source's connector."""

    model_config = ConfigDict(extra="allow", frozen=True, allow_inf_nan=False)

    source: str = Field(description="A name under `sources`.")
    facet: str | None = Field(
        None,
        description="Which card of the profile it fills. Without: it only feeds other"
        " lookups, and its answer is neither shown nor stored.",
    )
    kind: Kind | None = Field(
        None,
        description="`fields`: its first row; `rows`: a list; `identity`: each row is"
        " a candidate with `key` and `name`. Default: by the facet.",
    )
    timeout_ms: int | None = Field(None, gt=0, description="Instead of the source's.")
    cache_s: float | None = Field(None, ge=0, description="Instead of the source's.")
    confidence: float = Field(
        0.9, gt=0, le=1, description="How sure an identity lookup's match is."
    )
    why: str | None = Field(None, description="Reason shown for its candidates.")
    index_first: bool = Field(
        False,
        description="true: an identity lookup by the caller's number is asked only"
        " where the number index has no customer of its source with this number.",
    )
    again_after_s: float | None = Field(
        None,
        gt=0,
        le=600,
        description="An identity lookup that finds nothing is asked once more after"
        " this time, while the call is there: for services whose search lags behind.",
    )
    check_numbers: bool = Field(
        True,
        description="Numbers that an identity lookup gives in `phone` and `number`"
        " columns are compared with the caller's: a customer with others is left out,"
        " or not shown as sure.",
    )
    customer_of: tuple[str, ...] = Field(
        (),
        description="Sources whose customers it is asked about. Default, where it takes"
        " `customer.key`: the only source that brings customers, or its own.",
    )

    @property
    def own(self) -> dict[str, Any]:
        """The keys that belong to the connector."""
        return dict(self.model_extra or {})
