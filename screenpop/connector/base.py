"""What must a data source be able to do, and what may a lookup ask for?

A connector class has two option models (what people write in YAML under
`sources:` and under `lookups:`), opens and closes its resources, and turns each
configured lookup into a `Lookup` that says which parameters it needs and
fetches rows for them. The service gives every fetch a deadline, a concurrency
limit, a cache and a circuit breaker: a connector needs none of its own.
"""

from __future__ import annotations

import logging
import re
import traceback
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from types import MappingProxyType
from typing import ClassVar, Generic, Self, TypeVar

from pydantic import BaseModel, ConfigDict

from screenpop.connector.describing import QueryColumns, Reading
from screenpop.connector.expiry import Expiry
from screenpop.connector.orders import FeedBatch, FeedReading
from screenpop.connector.reading import ContactsReading
from screenpop.connector.searching import LIKE_SIGNS
from screenpop.domain.errors import ConfigError
from screenpop.domain.profile import Row, Scalar
from screenpop.support.clock import Clock, SystemClock


class SourceOptions(BaseModel):
    """Keys under `sources.NAME` that belong to one connector."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class LookupOptions(BaseModel):
    """Keys under `lookups.NAME` that belong to one connector."""

    model_config = ConfigDict(extra="forbid", frozen=True)


S = TypeVar("S", bound=SourceOptions)
L = TypeVar("L", bound=LookupOptions)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectorContext:
    """What the service hands to a connector.

    `folder` is that of the configuration file: relative paths start there.
    `country` is `server.country`: how numbers are read where nothing else says.
    """

    source: str
    folder: Path = field(default_factory=Path.cwd)
    clock: Clock = field(default_factory=SystemClock)
    log: logging.Logger = field(
        default_factory=lambda: logging.getLogger("screenpop.connector")
    )
    country: str | None = None
    rows_max: int = 200  # more rows than this are cut off, and said


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactRecord:
    """One customer for the number index: their key, their numbers as typed.

    `country` (ISO 3166-1 alpha-2 or an English country name) is how national
    numbers are read. `fields` become the candidate's fields.
    """

    key: str
    numbers: tuple[str, ...]
    name: str
    company: str | None = None
    country: str | None = None
    fields: Row = field(default_factory=dict)
    key_as_read: Scalar = None
    """The key as the source keeps it, where `key` is only its text: 41, `A1   `."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactsBatch:
    """Some customers of a reading of what changed.

    `gone` are keys of customers who have no number now. `since`: a reading can
    go on from this value, all that changed before it has been given; None: not from
    here.
    """

    contacts: Sequence[ContactRecord]
    gone: Sequence[str] = ()
    since: Scalar = None


class NoRows(tuple[Row, ...]):
    """An empty answer of a lookup; `message` says why, in words for the card."""

    message: str

    def __new__(cls, message: str) -> Self:
        empty = super().__new__(cls)
        empty.message = message
        return empty


class Lookup(ABC):
    """One configured question to a source.

    `needs` are parameter names without the colon: `number`, `dialled`,
    `ivr.account`, `customer.id`, `OTHER_LOOKUP.column`. It is asked only when all
    of them have a value.
    """

    needs: frozenset[str]

    @abstractmethod
    async def fetch(self, params: Mapping[str, Scalar]) -> Sequence[Row]:
        """Rows in the source's order; an empty sequence means: nothing there.

        `NoRows` is an empty sequence that says why.

        Raises `Unavailable` (what failed, where, what to do; the service puts the
        source's name before it); anything else that is raised counts as a defect of
        the connector and is reported as such.
        Cancelled at its deadline: must release its resources then.
        """

    async def described(self) -> QueryColumns | None:
        """Its columns, asked of the source without running it; None: it cannot say.

        For `check-config --connect`: nothing may change at the source, and no value of
        a caller is there. Raises `Unavailable` for a question that the source refuses.
        """
        return None


class Connector(ABC, Generic[S, L]):
    """A kind of data source. Subclass, set the class variables, register.

    The first line of its docstring and `example` (YAML: a source and a lookup) are
    what `screenpop connectors NAME` shows.
    """

    name: ClassVar[str]
    source_options: ClassVar[type[SourceOptions]]
    lookup_options: ClassVar[type[LookupOptions]]
    example: ClassVar[str] = ""
    reading: ContactsReading | None = None
    """What became of the rows of the last `contacts`; None: it does not count them."""

    def __init__(self, options: S, context: ConnectorContext):
        """Keep the options; no I/O. May raise `ConfigError`.

        `check-config` goes as far as this and `lookup`, without `open`.
        """
        self.options = options
        self.context = context

    async def open(self) -> None:
        """Make ready. A source that is down must not raise here: it may come later.

        Raise `ConfigError` for what can never work.
        """

    async def close(self) -> None:
        """Release everything; called once, also after a failed `open`."""

    @abstractmethod
    def lookup(self, name: str, options: L) -> Lookup:
        """Prepare one configured lookup; raises `ConfigError`, does no I/O."""

    @property
    def at_once_max(self) -> int | None:
        """How many lookups it can carry at once; None: as many as are asked.

        The service lets no more through, so that waiting for one of its connections
        is not taken for a source that does not answer.
        """
        return None

    @property
    def like_signs(self) -> str:
        """What has a meaning to LIKE here; `:search.contains` escapes it by `!`."""
        return LIKE_SIGNS

    async def ping(self) -> None:
        """Can it be reached now? Raises `Unavailable` when not."""

    async def reached(self) -> str:
        """`ping`, and in a few words what answered; empty: nothing to add."""
        await self.ping()
        return ""

    async def described_reading(self, reading: Reading) -> QueryColumns | None:
        """The columns of a reading, as `Lookup.described`; None: it cannot say."""
        return None

    def expiring(self) -> Sequence[Expiry]:
        """Which of its credentials end one day, as far as it knows now."""
        return ()

    def contacts(self) -> AsyncIterator[ContactRecord] | None:
        """All customers with their numbers, for the number index; None: cannot say.

        Read at start and again when `contacts_version` changes or time has passed.
        Numbers are as typed; a row without a key or a number is left out. The
        iterator raises `Unavailable` when the source fails in the middle. Begin with
        `new_reading` and hand it to `contact_from_row`, so that what is left out is
        counted and reported.
        """
        return None

    @property
    def first_contacts_since(self) -> Scalar:
        """`since` of a reading of all contacts; None: it cannot say what changed."""
        return None

    def contacts_from(self, since: Scalar) -> AsyncIterator[ContactsBatch] | None:
        """Customers who changed from `since` on, as `contacts` gives them.

        `since` is `first_contacts_since`, or what a batch gave: of the customers at
        that value some may have been given before. All rows of a customer who changed
        come, in one reading: they replace what was known of this key. Customers that
        were deleted are missed when all are read again (`contacts_full_at`).
        """
        return None

    def new_reading(self) -> ContactsReading:
        """Begin to count the rows of one reading of the contacts."""
        self.reading = ContactsReading()
        return self.reading

    async def contacts_version(self) -> str | None:
        """A cheap mark that changes when `contacts` would; None: unknown."""
        return None

    @property
    def first_since(self) -> Scalar:
        """`since` of the first reading of the orders; None: it cannot say what changed.

        With None each reading of the orders gives all of them.
        """
        return None

    def orders(
        self, since: Scalar, reading: FeedReading
    ) -> AsyncIterator[FeedBatch] | None:
        """All order lines, or those from `since` on; None: it has no orders.

        `since` is `first_since`, or what a batch of an earlier reading gave: of the
        lines at that value some may have been given before. Columns: `orders.py`.
        What the connector itself leaves out it counts in `reading`. The iterator
        raises `Unavailable` when the source fails in the middle.
        """
        return None

    def items(self, reading: FeedReading) -> AsyncIterator[FeedBatch] | None:
        """All items that can be ordered; None: it has none. As `orders`."""
        return None

    async def orders_version(self) -> str | None:
        """A cheap mark that changes when orders or items would; None: unknown."""
        return None


MESSAGE_CHARS_MAX = 200
HIDDEN_CHARS_MIN = 3  # a shorter value tells nobody anything


def told(
    error: BaseException | str,
    *,
    params: Mapping[str, Scalar] | None = None,
    secrets: Iterable[str] = (),
) -> str:
    """The first line of a foreign error, short, without a full stop at its end.

    Values of parameters (numbers of callers!) are replaced by their `:name`,
    secrets by `***`.
    """
    text = str(error) or type(error).__name__
    for secret in secrets:
        if secret:
            text = text.replace(secret, "***")
    for name, value in _longest_first(params or {}):
        text = text.replace(value, f":{name}")
    line = text.strip().splitlines()[0] if text.strip() else "no reason given"
    cut = line if len(line) <= MESSAGE_CHARS_MAX else f"{line[:MESSAGE_CHARS_MAX]}…"
    return cut.rstrip(". ")


def defect(error: BaseException, *, params: Mapping[str, Scalar] | None = None) -> str:
    """An exception that a connector should not have raised, with its place.

    `a defect in its connector: KeyError: 'phone' (screenpop_vcard.py:42)`
    """
    reason = f"{type(error).__name__}: {told(error, params=params)}"
    frames = traceback.extract_tb(error.__traceback__)
    place = f" ({Path(frames[-1].filename).name}:{frames[-1].lineno})" if frames else ""
    return f"a defect in its connector: {reason}{place}"


def _longest_first(params: Mapping[str, Scalar]) -> list[tuple[str, str]]:
    pairs = [(name, str(value)) for name, value in params.items() if value is not None]
    pairs = [(name, text) for name, text in pairs if len(text) >= HIDDEN_CHARS_MIN]
    return sorted(pairs, key=lambda pair: -len(pair[1]))


# -- Which parameters may a lookup ask for?
# `PARAMETERS` are those every call may have. Besides them there are three families:
# `ivr.NAME` (an attribute the telephone system sent with the call), `customer.NAME`
# (a column of the candidate, `customer.key` always) and `LOOKUP.COLUMN` (the first
# row of another lookup).

PARAMETERS: Mapping[str, str] = MappingProxyType(
    {
        "number": "The caller's number in E.164, e.g. `+442079460958`.",
        "number_also": "Its other spelling where the country has one (Argentina with"
        " and without 9, Brazil, Italy, renumbered plans), else the number again.",
        "digits": "The number without the plus sign: `442079460958`.",
        "national": "The digits as dialled inside the country: `02079460958`.",
        "suffix8": "Its last eight digits: `79460958`.",
        "suffix7": "Its last seven digits: `9460958`.",
        "country": "The number's country (ISO 3166-1 alpha-2), e.g. `GB`.",
        "extension": "The caller's extension where the text had one.",
        "dialled": "The number the caller dialled, in E.164.",
        "queue": "The queue the call waits in.",
        "line": "The configured line that reported the call.",
        "call_id": "The telephone system's name for the call.",
        "occurrence": "A number that separates calls of one `call_id`; it grows.",
        "direction": "`inbound`, `outbound` or `internal`.",
        "today": "The date in the company's time zone, e.g. `2026-11-21`.",
    }
)

FAMILIES: Mapping[str, str] = MappingProxyType(
    {
        "ivr.NAME": "An attribute sent with the call, e.g. an account number typed in.",
        "customer.NAME": "A column of the chosen candidate; `customer.key` always.",
        "search.NAME": "What an agent typed, in a source's `search` alone.",
        "LOOKUP.COLUMN": "A column of the first row that another lookup found.",
    }
)

NAME_PATTERN = r"[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)?"
_NAME = re.compile(NAME_PATTERN)


def checked(name: str) -> str:
    """The name itself; `ConfigError` when nothing can ever give it a value.

    Whether the lookup of `LOOKUP.COLUMN` exists is checked by the service, which
    knows all of them.
    """
    if name in PARAMETERS or ("." in name and _NAME.fullmatch(name)):
        return name
    near = get_close_matches(name, PARAMETERS, n=1)
    hint = f" Did you mean {near[0]}?" if near else ""
    raise ConfigError(
        f"unknown parameter {name}.{hint} There are {', '.join(PARAMETERS)},"
        f" and {', '.join(FAMILIES)}."
    )
