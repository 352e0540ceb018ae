"""Under which keys is a contact filed, and how does a reading bring it there?

In a thread next to the event loop: numbers are read (`read_field`) as people of the
customer's country write them, contacts come in as many parts as the source gives.
"""

from __future__ import annotations

import contextlib
import hashlib
import sqlite3
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path

import msgspec
import phonenumbers

from screenpop.connector import ContactRecord, ContactsReading, OddItems
from screenpop.connector.reading import UNKNOWN_COUNTRY
from screenpop.domain.errors import Unavailable
from screenpop.domain.profile import Scalar
from screenpop.lookup import number_shelf
from screenpop.lookup.kept_reading import kept
from screenpop.lookup.number_file import refused
from screenpop.lookup.number_filing import Filed, Filing
from screenpop.lookup.number_report import counted, odd_in
from screenpop.lookup.number_shelf import (
    EXACTLY,
    HAS_EXTENSION,
    HEAD_OF,
    OTHERWISE,
    SUFFIX_DIGITS,
    Shelf,
    body_of,
    ending,
    odd_items,
    odd_key,
)
from screenpop.support import (
    countries,
    number_fields,
    number_plan,
    number_text,
    spellings,
)
from screenpop.support.countries import country_beside
from screenpop.support.number_fields import NO_COUNTRY, FieldNumber, read_field
from screenpop.support.spare_time import Breath
from screenpop.support.spellings import subscriber

_READERS = (
    countries,
    number_fields,
    number_plan,
    number_text,
    spellings,
    number_shelf,
    sys.modules[__name__],
)
"""The code that decides under which keys a contact is found."""


class Loading:
    """One reading of a source's contacts, in as many parts as it comes."""

    def __init__(
        self,
        shelf: Shelf,
        filing: Filing,
        salt: bytes,
        keys: Callable[[tuple[str, ...], str | None], Sequence[str]],
        changed: Callable[[], None],
    ):
        self._shelf = shelf
        self._salt = salt
        self._keys = keys
        self._changed = changed
        self._breath = Breath()
        self._filing = filing
        self._working = threading.Lock()  # who ends it waits for the part under way
        self._ended = False
        self.since = filing.since
        self.is_everything = filing.is_everything
        self.odd = OddItems()
        """Numbers and countries that could not be read, by customer; after `finish`."""

    def add(
        self,
        contacts: Iterable[ContactRecord],
        gone: Iterable[str] = (),
        since: Scalar = None,
    ) -> None:
        """File these, and forget the `gone` keys: they have no number now.

        `since`: all that changed before has been given. Raises `Unavailable`, and
        whatever `contacts` raises.
        """
        try:
            with self._working:
                for key in gone:
                    if self._ended:
                        return
                    self._filing.forget(who_of(key))
                for contact in contacts:
                    if self._ended:
                        return
                    self._file(contact)
                    self._breath.take()
                    if self._filing.step():
                        self._show()
                self._filing.reached(since)
        except sqlite3.Error as error:
            raise self._refused(error) from error

    def finish(
        self,
        version: str | None = None,
        now_us: int = 0,
        reading: ContactsReading | None = None,
    ) -> int:
        """Those that did not come are gone. Returns how many there are.

        `version` is the source's mark of what was read, at `now_us`. `reading` takes
        the odd numbers, and is kept where all were read.
        """
        try:
            with self._working:
                self._filing.settle()
                self.odd = odd_items(*odd_in(self._filing.connection))
                more: dict[str, str] = {}
                if reading is not None and self.is_everything:
                    reading.odd.take(self.odd)
                    counts = counted(self._filing.connection)
                    more["reading"] = kept(reading)
                    more["counts"] = msgspec.json.encode(counts).decode()
                self._filing.finish(version, now_us, more)
                self._filing.close()
                self._show()
        except sqlite3.Error as error:
            self.abandon()
            raise self._refused(error) from error
        return self._shelf.file.count

    def abandon(self) -> None:
        """The source failed: all stays as it was, or as far as it came."""
        self._ended = True
        with self._working, contextlib.suppress(sqlite3.Error):
            if self._filing.abandon():
                self._show()

    def _file(self, contact: ContactRecord) -> None:
        body = body_of(contact)
        numbers = tuple(contact.numbers), contact.country
        filed = Filed(
            who_of(contact.key),
            _digest(self._salt, repr(numbers).encode("utf-8", "backslashreplace")),
            _digest(self._salt, body),
            body,
        )
        self._filing.file(filed, partial(self._keys, *numbers))

    def _show(self) -> None:
        self._shelf.file.look_again()
        self._changed()

    def _refused(self, error: sqlite3.Error) -> Unavailable:
        if not isinstance(error, sqlite3.OperationalError):
            self._shelf.damaged = True  # the next reading makes the file again
        return refused(error, self._shelf.file.path)


def keys_of_contact(
    numbers: tuple[str, ...], written: str | None, home: str | None
) -> Sequence[str]:
    """Under which keys are these found in a `written` country, and what is odd?"""
    return tuple(dict.fromkeys(_each_key(numbers, written, home)))


def _each_key(
    numbers: tuple[str, ...], written: str | None, home: str | None
) -> Iterator[str]:
    country, unknown = country_beside(written, home)
    if unknown is not None:
        yield odd_key(UNKNOWN_COUNTRY, unknown)
    for text in dict.fromkeys(numbers):
        reading = read_field(text, country=country)
        # A number of an unknown country is one odd thing, not two.
        if reading.odd is not None and (unknown is None or reading.odd != NO_COUNTRY):
            yield odd_key(reading.odd, text)
        for number in reading.numbers:
            yield from _keys_of(number, country)


def _keys_of(number: FieldNumber, country: str | None) -> Iterator[str]:
    for guess in number.possible:
        yield OTHERWISE + subscriber(guess)
    if number.e164 is not None:
        key = subscriber(number.e164)
        yield EXACTLY + key
        if number.is_head:
            yield HEAD_OF + key[:-1]
        if number.extension is not None:
            yield HAS_EXTENSION + key
        if number.in_plan or key != number.e164:
            return
    for length in SUFFIX_DIGITS:
        if len(number.digits) >= length:
            yield ending(country, number.digits, length)


def who_of(key: str) -> int:
    return _digest(b"key", key.encode("utf-8", "backslashreplace"))


def _digest(salt: bytes, data: bytes) -> int:
    digest = hashlib.blake2b(data, digest_size=8, key=salt).digest()
    return int.from_bytes(digest, signed=True)


def salt_of(home_country: str | None) -> bytes:
    """Changes with the code that reads numbers: then all of them are read again."""
    code = hashlib.blake2b(digest_size=16)
    for module in _READERS:
        code.update(Path(module.__file__ or "").read_bytes())
    code.update(f"{phonenumbers.__version__}/{home_country}".encode())
    return code.digest()
