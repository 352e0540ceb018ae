"""Which customers does this number belong to, as far as the sources say?

Built from each source's `contacts` into a file for each source (`number_file`), so
that the answer costs no request, is there when the source is down and right after a
restart. Numbers are read as people of the customer's country write them; what only
looks alike (an old plan's last digits) is `probable`.
"""

from __future__ import annotations

import logging
import re
import shutil
import tempfile
import threading
import weakref
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache, partial
from pathlib import Path

from screenpop.connector import ContactRecord
from screenpop.domain.errors import Unavailable
from screenpop.domain.profile import Scalar
from screenpop.lookup.identify import Evidence
from screenpop.lookup.number_file import About, NumberFile, remove
from screenpop.lookup.number_filing import Filing
from screenpop.lookup.number_loading import Loading, keys_of_contact, salt_of, who_of
from screenpop.lookup.number_shelf import (
    Shelf,
)
from screenpop.support.spellings import subscriber

log = logging.getLogger(__name__)

TAIL_DIGITS = 4

FOUND_MAX = 4_096  # answers kept until contacts change: a call asks at each event
READ_MAX = 4_096  # contacts' numbers kept as read: households and firms share them

_MAYBE_OTHER = re.compile(r"-\s*0\s*(?!\d)|\d\s*[/,;&|]|\d[eE]|[oO][rR]|[oO][uU]")
"""A head number, or one whose last digits may stand apart from the others."""


class NumberIndex:
    """All sources' numbers; `load` replaces one source's part at once.

    `find` is for the event loop, `load` and `Loading` for a thread next to it.
    """

    def __init__(self, home_country: str | None = None, folder: Path | None = None):
        """`folder` keeps the files over a restart; None: as long as this object."""
        self._home = home_country
        self._folder = folder
        self._salt = salt_of(home_country)
        self._shelves: Mapping[str, Shelf] = {}  # replaced, never changed in place
        self._changing = threading.Lock()
        self._loadings: dict[str, Loading] = {}  # the newest reading of each source
        self._closed = False
        self._found: dict[tuple[str, str | None], list[Evidence]] = {}
        self._keys = lru_cache(READ_MAX)(partial(keys_of_contact, home=home_country))

    def __len__(self) -> int:
        return sum(shelf.file.count for shelf in self._shelves.values())

    def sizes(self) -> dict[str, int]:
        """How many contacts each source has here."""
        return {name: shelf.file.count for name, shelf in self._shelves.items()}

    def is_whole(self, source: str) -> bool:
        """Were all of the source's contacts read at least once?"""
        return self.about(source).whole

    def about(self, source: str) -> About:
        """What its file says of itself, as of the last reading."""
        shelf = self._shelves.get(source)
        return About() if shelf is None else shelf.file.about

    def made_by(self, configured: str) -> str:
        """Changes with the code that reads numbers, and with what is `configured`."""
        return f"{self._salt.hex()} {configured}"

    def open(self, sources: Sequence[str]) -> None:
        """Bring back what earlier runs read, in the order of the sources.

        Files of other sources are deleted: nothing would keep them up to date. For a
        thread. One that cannot be opened is logged, and made by `load`.
        """
        if self._folder is None:
            return
        known = {file_name(name): (name, rank) for rank, name in enumerate(sources)}
        for path in sorted(self._folder.glob("*.sqlite")):
            if path.name not in known:
                remove(path)
                continue
            try:
                with self._changing:
                    self._shelf(*known[path.name])
            except Unavailable as error:
                log.warning("%s", error)

    def borrow(self, source: str, rank: int, file: NumberFile) -> None:
        """Answer from a file that another process keeps."""
        with self._changing:
            shelf = Shelf(source, rank, file.path, file)
            self._shelves = {**self._shelves, source: shelf}
            self._changed()

    def begin(
        self,
        source: str,
        rank: int,
        *,
        configured: str = "",
        first_since: Scalar = None,
        everything: bool = True,
    ) -> Loading:
        """Read the contacts of a source from `Loading.since` on.

        That is `first_since`, or, unless `everything` is wanted, what the last
        reading reached; None: the source gives all of them. Another reading of the
        same source ends: a file has one writer. Raises `Unavailable`.
        """
        with self._changing:
            if self._closed:
                raise Unavailable("the number index is closed. Make another one.")
            before = self._loadings.pop(source, None)
            if before is not None:
                before.abandon()
            shelf = self._shelf(source, rank)
            filing = Filing(
                shelf.file,
                made_by=self.made_by(configured),
                first_since=first_since,
                everything=everything,
            )
            loading = Loading(shelf, filing, self._salt, self._keys, self._changed)
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

    def with_key(self, key: str) -> list[Evidence]:
        """Each source's customer with exactly this key."""
        who = who_of(key)
        shelves = self._shelves.values()
        return [each for shelf in shelves for each in shelf.with_key(key, who)]

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
        return self._folder / file_name(source)

    def _changed(self) -> None:
        self._found = {}


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


def file_name(source: str) -> str:
    return f"{source}.sqlite"
