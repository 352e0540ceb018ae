"""Which customers does this number belong to, as far as the sources told us?

Built from each source's `contacts` into a file for each source (`number_file`), so
that the answer costs no request, is there when the source is down and right after a
restart. Numbers are read as people of the customer's country write them; what only
looks alike (an old plan's last digits) is `probable`.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import re
import shutil
import sqlite3
import sys
import tempfile
import threading
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

import phonenumbers

from screenpop.connector import ContactRecord, OddItems
from screenpop.connector.reading import UNKNOWN_COUNTRY
from screenpop.domain.errors import Unavailable
from screenpop.lookup import number_shelf
from screenpop.lookup.identify import Evidence
from screenpop.lookup.number_file import Filed, Filing, refused, remove
from screenpop.lookup.number_shelf import (
    EXACTLY,
    HEAD_OF,
    ODD,
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

log = logging.getLogger(__name__)

TAIL_DIGITS = 4

FOUND_MAX = 4_096  # answers kept until contacts change: a call asks at each event

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

_MAYBE_OTHER = re.compile(r"-\s*0\s*(?!\d)|\d\s*[/,;&|]|\d[eE]|[oO][rR]|[oO][uU]")
"""A head number, or one whose last digits may stand apart from the others."""


class NumberIndex:
    """All sources' numbers; `load` replaces one source's part at once.

    `find` is for the event loop, `load` and `Loading` for a thread beside it.
    """

    def __init__(self, home_country: str | None = None, folder: Path | None = None):
        """`folder` keeps the files over a restart; None: as long as this object."""
        self._home = home_country
        self._folder = folder
        self._salt = _salt(home_country)
        self._shelves: Mapping[str, Shelf] = {}  # replaced, never changed in place
        self._changing = threading.Lock()
        self._loadings: dict[str, Loading] = {}  # the newest reading of each source
        self._closed = False
        self._found: dict[tuple[str, str | None], list[Evidence]] = {}

    def __len__(self) -> int:
        return sum(shelf.file.count for shelf in self._shelves.values())

    def sizes(self) -> dict[str, int]:
        """How many contacts each source has here."""
        return {name: shelf.file.count for name, shelf in self._shelves.items()}

    def is_whole(self, source: str) -> bool:
        """Were all of the source's contacts read at least once?"""
        shelf = self._shelves.get(source)
        return shelf is not None and shelf.file.whole

    def open(self, sources: Sequence[str]) -> None:
        """Bring back what earlier runs read, in the order of the sources.

        Files of other sources are deleted: nothing would keep them up to date. For a
        thread. One that cannot be opened is logged, and made by `load`.
        """
        if self._folder is None:
            return
        known = {_file_name(name): (name, rank) for rank, name in enumerate(sources)}
        for path in sorted(self._folder.glob("*.sqlite")):
            if path.name not in known:
                remove(path)
                continue
            try:
                with self._changing:
                    self._shelf(*known[path.name])
            except Unavailable as error:
                log.warning("%s", error)

    def begin(self, source: str, rank: int) -> Loading:
        """Read all contacts of a source again; raises `Unavailable`.

        Another reading of the same source ends: a file has one writer.
        """
        with self._changing:
            if self._closed:
                raise Unavailable("the number index is closed. Make another one.")
            before = self._loadings.pop(source, None)
            if before is not None:
                before.abandon()
            shelf = self._shelf(source, rank)
            loading = Loading(shelf, self._salt, self._home, self._changed)
            self._loadings[source] = loading
            return loading

    def load(self, source: str, rank: int, contacts: Iterable[ContactRecord]) -> int:
        """Replace what `source` gave; returns how many contacts it has.

        Contacts that are as they were cost a hundredth of new ones. The first time
        they are found while the others are still being read. Raises `Unavailable`
        where the file cannot be written; what was there stays.
        """
        loading = self.begin(source, rank)
        try:
            loading.add(contacts)
        except BaseException:
            loading.abandon()
            raise
        return loading.finish()

    def drop(self, source: str) -> None:
        """Forget a source and delete its file."""
        with self._changing:
            if (loading := self._loadings.pop(source, None)) is not None:
                loading.abandon()
            shelf = self._shelves.get(source)
            if shelf is not None:
                self._shelves = {k: v for k, v in self._shelves.items() if k != source}
                self._changed()
                shelf.file.remove()

    def close(self) -> None:
        """End what is being read, wherever it is, and close the files."""
        with self._changing:
            self._closed = True
            for loading in self._loadings.values():
                loading.abandon()
            shelves, self._shelves = self._shelves, {}
            self._changed()
        for shelf in shelves.values():
            shelf.file.close()

    def find(self, number: str, country: str | None) -> list[Evidence]:
        """Evidence for an E.164 number; weaker ways only where stronger ones fail."""
        memo = self._found  # another one as soon as contacts change
        found = memo.get((number, country))
        if found is None:
            shelves = self._shelves.values()
            asked = subscriber(number)
            found = [each for x in shelves for each in x.found(asked, country)]
            if any(shelf.failing for shelf in shelves):
                return found
            if len(memo) >= FOUND_MAX:
                memo.clear()
            memo[number, country] = found
        return list(found)

    def _shelf(self, source: str, rank: int) -> Shelf:
        shelf = self._shelves.get(source)
        if shelf is None or shelf.damaged:
            if shelf is not None:
                shelf.file.remove()
            shelf = Shelf(source, rank, self._path(source))
            shelves = {**self._shelves, source: shelf}
            self._shelves = dict(sorted(shelves.items(), key=lambda x: x[1].rank))
            self._changed()
        shelf.rank = rank
        return shelf

    def _path(self, source: str) -> Path:
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="screenpop-index-"))
            weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise Unavailable(
                f"cannot create the folder {self._folder}: {error.strerror}. Let the"
                " service's user create it, or name another server.data_dir."
            ) from error
        return self._folder / _file_name(source)

    def _changed(self) -> None:
        self._found = {}


class Loading:
    """One reading of a source's contacts, in as many parts as it comes."""

    def __init__(
        self,
        shelf: Shelf,
        salt: bytes,
        home: str | None,
        changed: Callable[[], None],
    ):
        self._shelf = shelf
        self._salt = salt
        self._home = home
        self._changed = changed
        self._breath = Breath()
        self._filing = shelf.file.begin()
        self._working = threading.Lock()  # who ends it waits for the part under way
        self._ended = False
        self.odd = OddItems()
        """Numbers and countries that could not be read, by customer; after `finish`."""

    def add(self, contacts: Iterable[ContactRecord]) -> None:
        """File these; raises `Unavailable`, and whatever `contacts` raises."""
        try:
            with self._working:
                for contact in contacts:
                    if self._ended:
                        return
                    self._file(self._filing, contact)
                    self._breath.take()
                    if self._filing.step():
                        self._show()
        except sqlite3.Error as error:
            raise self._refused(error) from error

    def finish(self) -> int:
        """Those that did not come are gone. Returns how many there are."""
        try:
            with self._working:
                self._filing.finish()
                self.odd = odd_items(*self._filing.odd(ODD))
                self._filing.close()
                self._show()
        except sqlite3.Error as error:
            self.abandon()
            raise self._refused(error) from error
        return self._shelf.file.count

    def abandon(self) -> None:
        """The source failed: all stays as it was, or as far as it came at first."""
        self._ended = True
        with self._working, contextlib.suppress(sqlite3.Error):
            if self._filing.abandon():
                self._show()

    def _file(self, filing: Filing, contact: ContactRecord) -> None:
        body = body_of(contact)
        shown = repr((contact.numbers, contact.country))
        written = _digest(self._salt, shown.encode("utf-8", "backslashreplace"))
        filed = Filed(written, _digest(self._salt, body), body)
        if filing.knows(filed):
            return
        keys = filing.keys_of(written)
        if keys is None:
            keys = list(dict.fromkeys(_keys(contact, self._home)))
        filing.add(filed, keys)

    def _show(self) -> None:
        self._shelf.file.look_again()
        self._changed()

    def _refused(self, error: sqlite3.Error) -> Unavailable:
        if not isinstance(error, sqlite3.OperationalError):
            self._shelf.damaged = True  # the next reading makes the file again
        return refused(error, self._shelf.file.path)


def may_belong(contact: ContactRecord, number: str) -> bool:
    """Could `find` bring this contact for this number? Much cheaper than to know.

    However a number is written, its last digits stand in it in this order; not so
    the number of somebody behind a head number.
    """
    end = _end_of(number)
    return any(
        not text.isascii() or end.search(text) or _MAYBE_OTHER.search(text)
        for text in contact.numbers
    )


@lru_cache(maxsize=16)
def _end_of(number: str) -> re.Pattern[str]:
    return re.compile(r"\D*".join(number[-TAIL_DIGITS:]))


def _keys(contact: ContactRecord, home: str | None) -> Iterator[str]:
    """Under which keys is this contact found, and what of it is odd?"""
    country, unknown = country_beside(contact.country, home)
    if unknown is not None:
        yield odd_key(UNKNOWN_COUNTRY, unknown)
    for text in dict.fromkeys(contact.numbers):
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
        if number.in_plan or key != number.e164:
            return
    for length in SUFFIX_DIGITS:
        if len(number.digits) >= length:
            yield ending(country, number.digits, length)


def _digest(salt: bytes, data: bytes) -> int:
    digest = hashlib.blake2b(data, digest_size=8, key=salt).digest()
    return int.from_bytes(digest, signed=True)


def _salt(home_country: str | None) -> bytes:
    """Changes with the code that reads numbers: then all of them are read again."""
    code = hashlib.blake2b(digest_size=16)
    for module in _READERS:
        code.update(Path(module.__file__ or "").read_bytes())
    code.update(f"{phonenumbers.__version__}/{home_country}".encode())
    return code.digest()


def _file_name(source: str) -> str:
    return f"{source}.sqlite"
