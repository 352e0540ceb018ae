"""What does a function of the user know about the caller?

An `async` function runs on the event loop and must not block it; any other runs in a
thread of a small pool. A thread cannot be ended: what does not return within
`timeout_ms` is reported and keeps its thread until it does.
"""

from __future__ import annotations

import asyncio
import importlib
import inspect
import sys
from collections.abc import (
    AsyncIterator,
    Callable,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from typing import Any

from pydantic import Field

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
    TimedOut,
    Unavailable,
    Unloadable,
    as_row,
    checked,
    contact_from_row,
    told,
)

Function = Callable[..., Any]
_PATTERN = r"^[A-Za-z_][\w.]*:[A-Za-z_]\w*$"
CONTACTS_MAX = 1_000_000


class PythonSource(SourceOptions):
    path: Path | None = Field(
        None, description="Folder of the module; default: that of this file."
    )
    contacts: str | None = Field(
        None,
        pattern=_PATTERN,
        description="`module:function` without parameters that returns all customers:"
        " rows with `key`, `name` and numbers.",
    )
    timeout_ms: int = Field(
        2000, gt=0, description="A call that takes longer is given up."
    )
    contacts_timeout_ms: int = Field(
        300_000, gt=0, description="The same for `contacts`."
    )
    threads: int = Field(
        4, gt=0, le=100, description="Calls of functions that are not `async` at once."
    )


class PythonLookup(LookupOptions):
    function: str = Field(
        pattern=_PATTERN,
        description="`module:function` that returns a row, rows or None.",
    )
    arguments: dict[str, str] = Field(
        description="Argument to parameter: `{customer: customer.key}`."
    )
    rows_max: int | None = Field(
        None, gt=0, description="Rows taken at most; default and limit: the service's."
    )


class PythonConnector(Connector[PythonSource, PythonLookup]):
    """A function in a Python module of yours, `async` or not."""

    name = "python"
    source_options = PythonSource
    lookup_options = PythonLookup
    example = """\
sources:
  stock_book:
    connector: python
    path: scripts
    contacts: stock_book:customers
lookups:
  balance:
    source: stock_book
    facet: balance
    function: stock_book:balance
    arguments: {customer: customer.key}
"""

    def __init__(self, options: PythonSource, context: ConnectorContext):
        super().__init__(options, context)
        self._folder = context.folder / (options.path or "")
        self._threads = ThreadPoolExecutor(options.threads, "python-source")
        self._running = 0
        self._contacts = self._loaded(options.contacts) if options.contacts else None

    async def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    def lookup(self, name: str, options: PythonLookup) -> PythonCall:
        arguments = {word: checked(value) for word, value in options.arguments.items()}
        function = self._loaded(options.function)
        try:
            inspect.signature(function).bind(**arguments)
        except TypeError as error:
            raise ConfigError(
                f"arguments do not fit {options.function}: {told(error)}."
                " Name its parameters."
            ) from error
        rows_max = min(options.rows_max or self.context.rows_max, self.context.rows_max)
        return PythonCall(self, options.function, function, arguments, rows_max)

    @property
    def at_once_max(self) -> int:
        return self.options.threads

    def contacts(self) -> AsyncIterator[ContactRecord] | None:
        return None if self._contacts is None else self._customers(self._contacts)

    async def called(
        self,
        name: str,
        function: Function,
        arguments: Mapping[str, Scalar],
        limit_s: float,
    ) -> object:
        """What it returns; its exceptions and its delays as `Unavailable`."""
        try:
            async with asyncio.timeout(limit_s):
                if inspect.iscoroutinefunction(function):
                    return await function(**arguments)
                return await self._in_thread(function, arguments)
        except TimeoutError as error:
            raise TimedOut(
                f"{name} took longer than {limit_s * 1000:.0f} ms. Make it faster, or"
                " raise the source's time limit."
            ) from error
        except Unavailable:
            raise
        except Exception as error:
            reason = f"{type(error).__name__}: {told(error, params=arguments)}"
            raise Unavailable(
                f"{name} raised {reason}. Correct the function, or what it asks."
            ) from error

    async def _customers(self, function: Function) -> AsyncIterator[ContactRecord]:
        reading = self.new_reading()
        limit_s = self.options.contacts_timeout_ms / 1000
        name = str(self.options.contacts)
        found = await self.called(name, function, {}, limit_s)
        for at, row in enumerate(rows_of(found, CONTACTS_MAX, name), start=1):
            contact = contact_from_row(row, reading=reading, place=f"row {at}")
            if contact is not None:
                yield contact

    async def _in_thread(
        self, function: Function, arguments: Mapping[str, Scalar]
    ) -> object:
        if self._running >= self.options.threads:
            raise Busy(
                f"all {self.options.threads} threads run functions that have not"
                " returned. Raise threads, or make the functions faster.",
                brief="is busy with other lookups",
            )
        self._running += 1
        loop = asyncio.get_running_loop()
        call = loop.run_in_executor(
            self._threads, lambda: _whole(function(**arguments))
        )
        call.add_done_callback(self._returned)
        return await asyncio.shield(call)  # counted until it returns

    def _returned(self, call: asyncio.Future[object]) -> None:
        self._running -= 1
        if not call.cancelled():
            call.exception()  # of a call that was given up: reported as such

    def _loaded(self, name: str) -> Function:
        """Imports the module; raises `Unloadable`, `ConfigError` for another name."""
        module, _, word = name.partition(":")
        folder = str(self._folder.resolve())
        if folder not in sys.path:
            sys.path.append(folder)  # last: it must not hide a library
        try:
            found = getattr(importlib.import_module(module), word, None)
        except (Exception, SystemExit) as error:
            raise Unloadable(
                f"module {module} cannot be imported from {folder}:"
                f" {type(error).__name__}: {told(error)}. Correct it, or path."
            ) from error
        if not callable(found):
            raise ConfigError(f"{module} has no function {word}. Correct the name.")
        function: Function = found
        return function


class PythonCall(Lookup):
    def __init__(
        self,
        source: PythonConnector,
        name: str,
        function: Function,
        arguments: Mapping[str, str],
        rows_max: int,
    ):
        self.needs = frozenset(arguments.values())
        self._source = source
        self._name = name
        self._function = function
        self._arguments = arguments
        self._rows_max = rows_max

    async def fetch(self, params: Mapping[str, Scalar]) -> Sequence[Row]:
        given = {word: params[name] for word, name in self._arguments.items()}
        limit_s = self._source.options.timeout_ms / 1000
        found = await self._source.called(self._name, self._function, given, limit_s)
        return rows_of(found, self._rows_max, self._name)


def _whole(found: object) -> object:
    """What a generator gives, in its thread and not in the event loop."""
    return list(islice(found, CONTACTS_MAX)) if isinstance(found, Iterator) else found


def rows_of(found: object, rows_max: int, name: str) -> list[Row]:
    """A mapping, several or None as rows; raises `Unavailable` for anything else."""
    if found is None:
        return []
    several = [found] if isinstance(found, Mapping) else found
    if isinstance(several, Iterable) and not isinstance(several, str | bytes):
        rows = [row for _, row in zip(range(rows_max), several, strict=False)]
        if all(isinstance(row, Mapping) for row in rows):
            return [as_row(row) for row in rows]
    raise Unavailable(
        f"{name} returned a {type(found).__name__}, not rows. Return a dict, a list of"
        " dicts or None."
    )
