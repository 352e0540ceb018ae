"""How does one reading of a source's contacts get into its file?

A reading of everything replaces what is there in one transaction: readers see the old
state, then the new one. Only the first reading of a source commits on the way. A
reading of what changed replaces the customers that came. A contact that is as it was
is recognised by its digest and costs no reading of its numbers.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from screenpop.domain.profile import Scalar
from screenpop.lookup.number_file import NumberFile, about, refused

FIRST_COMMIT = 1_000  # contacts; then after as many again as are visible
COMMIT_MAX = 500_000  # contacts that a kill in the first reading costs at most
CHANGES_COMMIT = 10_000


class Filed(NamedTuple):
    """A contact as it is kept.

    `who` names its key, `written` its numbers, `digest` all else.
    """

    who: int
    written: int
    digest: int
    body: bytes


class Filing:
    """One reading into a file. Use it in one thread at a time."""

    def __init__(
        self,
        file: NumberFile,
        *,
        made_by: str = "",
        first_since: Scalar = None,
        everything: bool = True,
    ):
        """`first_since`: from there all are read; None: the source cannot say what
        changed.

        `everything` is read also when `made_by` is another than before. A first
        reading that was interrupted goes on where it was. Raises `Unavailable`.
        """
        self._connection = file.writer()
        try:
            self._connection.execute("CREATE TEMP TABLE seen (id INTEGER PRIMARY KEY)")
            self._connection.execute("BEGIN IMMEDIATE")
            before = about(self._connection)
        except sqlite3.Error as error:
            self._connection.close()
            raise refused(error, file.path) from error
        resumes = (
            first_since is not None
            and before.since is not None
            and before.made_by == made_by
            and not (everything and before.whole)
        )
        self.is_everything = not resumes
        self.since = before.since if resumes else first_since
        """From where to read."""
        self._reached = self.since if resumes else None
        self._made_by = made_by
        self._before = before
        self._clean = before.clean if resumes else before.contacts == 0
        self._there = before.contacts
        self._seen = 0
        self._committed = 0
        self._ended = False

    def file(self, filed: Filed, keys: Callable[[], Sequence[str]]) -> None:
        """Keep this contact; `keys` are asked for where its numbers are not known."""
        there = self._connection.execute(
            "SELECT id, written, digest FROM contacts WHERE who = ?", (filed.who,)
        ).fetchall()
        as_it_is = (filed.written, filed.digest)
        found = next((row[0] for row in there if row[1:] == as_it_is), None)
        if found is not None:
            self._see(found)
        else:
            same = next((row[0] for row in there if row[1] == filed.written), None)
            self._add(filed, keys() if same is None else self._keys_of(same))
        if not self.is_everything:
            self._replace([row[0] for row in there if row[0] != found])

    def forget(self, who: int) -> None:
        """This customer no longer has a number."""
        there = self._connection.execute(
            "SELECT id FROM contacts WHERE who = ?", (who,)
        )
        self._replace([contact for (contact,) in there.fetchall()])

    def reached(self, since: Scalar) -> None:
        """All that changed before this value has been given."""
        if since is not None:
            self._reached = since

    def step(self) -> bool:
        """Between contacts: make them visible now and then; True when it did.

        In a first reading after as many again as are visible: the file is written a
        few times in all, not once for each thousand contacts.
        """
        if self._before.whole and self.is_everything:
            return False
        due = self._committed + min(self._committed, COMMIT_MAX)
        if self._before.whole:
            due = self._committed + CHANGES_COMMIT
        if self._seen < max(FIRST_COMMIT, due):
            return False
        self._committed = self._seen
        self._commit()
        self._connection.execute("BEGIN IMMEDIATE")
        return True

    def settle(self) -> None:
        """All has come; of everything, those that did not come are gone."""
        if not self.is_everything:
            return
        self._connection.execute(
            "CREATE TEMP TABLE gone AS"
            " SELECT id FROM contacts EXCEPT SELECT id FROM seen"
        )
        for (contact,) in self._connection.execute("SELECT id FROM gone"):
            self._delete(contact)

    def finish(self, version: str | None, now_us: int, more: Mapping[str, str]) -> None:
        """After `settle`: all of it becomes visible. `more` is kept in `about`."""
        full_us = self._before.full_us
        if self.is_everything or (not self._before.whole and self._clean):
            full_us = now_us
        self._tell(
            whole=True,
            version=version,
            full_us=full_us,
            read_us=now_us,
            **more,
        )
        self._connection.execute("COMMIT")
        self._ended = True
        self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    @property
    def connection(self) -> sqlite3.Connection:
        """To count what is filed, before it is visible to others."""
        return self._connection

    def close(self) -> None:
        """After `finish`, when nothing more is asked."""
        self._connection.close()

    def abandon(self) -> bool:
        """The source failed in the middle: a complete reading stays as it was.

        False when it had ended before.
        """
        if self._ended:
            return False
        self._ended = True
        try:
            keeps = not (self._before.whole and self.is_everything)
            if self._connection.in_transaction and keeps:
                self._commit()
        finally:
            self._connection.close()
        return True

    def _add(self, filed: Filed, keys: Sequence[str]) -> None:
        done = self._connection.execute(
            "INSERT INTO contacts (who, written, digest, keys, body)"
            " VALUES (?, ?, ?, ?, ?)",
            (filed.who, filed.written, filed.digest, "\n".join(keys), filed.body),
        )
        contact = done.lastrowid
        assert contact is not None
        self._connection.executemany(
            "INSERT OR IGNORE INTO numbers VALUES (?, ?)",
            [(key, contact) for key in keys if key],
        )
        self._there += 1
        self._see(contact)

    def _see(self, contact: int) -> None:
        done = self._connection.execute(
            "INSERT OR IGNORE INTO seen VALUES (?)", (contact,)
        )
        self._seen += done.rowcount

    def _replace(self, contacts: Sequence[int]) -> None:
        """Of a customer that came: what did not come with this reading is gone."""
        for contact in contacts:
            seen = "SELECT 1 FROM seen WHERE id = ?"
            if self._connection.execute(seen, (contact,)).fetchone() is None:
                self._delete(contact)

    def _delete(self, contact: int) -> None:
        self._connection.executemany(
            'DELETE FROM numbers WHERE "key" = ? AND contact = ?',
            [(key, contact) for key in self._keys_of(contact)],
        )
        self._connection.execute("DELETE FROM contacts WHERE id = ?", (contact,))
        self._there -= 1

    def _keys_of(self, contact: int) -> Sequence[str]:
        keys = "SELECT keys FROM contacts WHERE id = ?"
        (found,) = self._connection.execute(keys, (contact,)).fetchone()
        return str(found).split("\n")

    def _commit(self) -> None:
        self._tell(whole=self._before.whole)
        self._connection.execute("COMMIT")

    def _tell(self, **more: Scalar) -> None:
        told = {
            "contacts": self._there,
            "since": self._reached,
            "made_by": self._made_by,
            "clean": self._clean,
            **more,
        }
        self._connection.executemany(
            "INSERT OR REPLACE INTO about VALUES (?, ?)", told.items()
        )
