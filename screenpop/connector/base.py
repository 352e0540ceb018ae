"""What must a data source be able to do?

A connector class has two option models (what people write in YAML under
`sources:` and under `lookups:`), opens and closes its resources, and turns each
configured lookup into a `Lookup` that says which parameters it needs and
fetches rows for them. The service gives every fetch a deadline, a concurrency
limit, a cache and a circuit breaker: a connector needs none of its own.
"""

from __future__ import annotations

import logging
import traceback
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Generic, TypeVar

from pydantic import BaseModel, ConfigDict

from screenpop.connector.reading import ContactsReading
from screenpop.domain.caller import Row, Scalar
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

        Raises `Unavailable` (what failed, where, what to do; the service puts the
        source's name before it); anything else that is raised counts as a defect of
        the connector and is reported as such.
        Cancelled at its deadline: must release its resources then.
        """


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

    async def ping(self) -> None:
        """Can it be reached now? Raises `Unavailable` when not."""

    def contacts(self) -> AsyncIterator[ContactRecord] | None:
        """All customers with their numbers, for the number index; None: cannot say.

        Read at start and again when `contacts_version` changes or time has passed.
        Numbers are as typed; a row without a key or a number is left out. The
        iterator raises `Unavailable` when the source fails in the middle. Begin with
        `new_reading` and hand it to `contact_from_row`, so that what is left out is
        counted and reported.
        """
        return None

    def new_reading(self) -> ContactsReading:
        """Begin to count the rows of one reading of the contacts."""
        self.reading = ContactsReading()
        return self.reading

    async def contacts_version(self) -> str | None:
        """A cheap mark that changes when `contacts` would; None: unknown."""
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
