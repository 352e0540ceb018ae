"""Which offsets were given to entries that are no longer there?

A machine that loses power may lose the end of the journal. Its numbers are never given
again: they are passed over, and remembered as a gap. Whoever comes with an offset out
of a gap saw entries that are gone.
"""

from __future__ import annotations

import json
import sqlite3

from screenpop.journal.base import Offset

SKIPPED = 1_000_000
"""So many numbers are passed over after an unclean end: more than are ever lost."""
GAPS_MAX = 100  # older ones become one, from the beginning

Gap = tuple[int, int]
"""Greater than the first, up to and with the second."""


class Numbers:
    """The gaps of one journal, and the one that is about to be."""

    def __init__(self, gaps: list[Gap], newest: Offset):
        """`newest` is the newest offset that is stored at the start."""
        self._gaps = gaps
        self._newest = newest
        self.pending: Offset | None = None  # nothing up to it may be given

    def skip_to(self, offset: Offset) -> None:
        if offset > self._newest:
            self.pending = max(self.pending or offset, offset)

    def lost(self, offset: int) -> bool:
        gaps = self._gaps
        if self.pending is not None:
            gaps = [*gaps, (self._newest, self.pending)]
        return any(after < offset <= up_to for after, up_to in gaps)

    def take(self, connection: sqlite3.Connection) -> None:
        """Pass the numbers over, just before the next one is given."""
        if self.pending is None:
            return
        gaps = _fewer([*self._gaps, (self._newest, self.pending)])
        connection.execute("BEGIN IMMEDIATE")
        try:
            connection.execute(
                "INSERT OR REPLACE INTO about VALUES ('lost', ?)", (json.dumps(gaps),)
            )
            connection.execute("DELETE FROM sqlite_sequence WHERE name = 'entries'")
            connection.execute(
                "INSERT INTO sqlite_sequence VALUES ('entries', ?)", (self.pending,)
            )
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        self._gaps, self.pending = gaps, None


def _fewer(gaps: list[Gap]) -> list[Gap]:
    if len(gaps) <= GAPS_MAX:
        return gaps
    old = gaps[: len(gaps) - GAPS_MAX + 1]
    return [(0, old[-1][1]), *gaps[len(old) :]]


def stored_gaps(connection: sqlite3.Connection) -> list[Gap]:
    row = connection.execute("SELECT value FROM about WHERE name = 'lost'").fetchone()
    return [] if row is None else [(a, b) for a, b in json.loads(row[0])]
