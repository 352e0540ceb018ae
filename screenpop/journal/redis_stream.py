"""What has this node seen of the stream, and is it still the same stream?

Offsets in Redis have no holes, so a reader that gets another than the next number
knows that something is missing. What is wrong (another identity, a head behind what
was seen, another entry where one was seen, a hole) ends this journal for this node:
`JournalReplaced`, and all is read again. A part is never given for the whole.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from screenpop.journal.base import START, Entry, JournalReplaced, Offset
from screenpop.journal.records import Record
from screenpop.journal.redis_link import Part, RedisLink
from screenpop.journal.redis_scripts import BEGIN, CHECK, FORMAT, RENEW
from screenpop.journal.sealing import PLAIN, RecordCodec
from screenpop.journal.tailing import Recent

log = logging.getLogger(__name__)

SKIPPED = 1_000_000
"""So many numbers are passed over with a new identity: more than other nodes saw."""

_WHY = {
    "other": "another node, or an administrator, gave it a new identity",
    "missing": "its keys are gone (FLUSHALL, or Redis came back empty)",
    "behind": "Redis has fewer entries than it had (an older copy, or a replica that"
    " had not received all became the master)",
    "diverged": "Redis has another entry where this node read one (a replica that had"
    " not received all became the master)",
    "hole": "entries that this node has not read are gone (trimmed or deleted)",
}


class Row(msgspec.Struct, frozen=True, gc=False):
    """An entry as Redis gives it."""

    offset: Offset
    fields: dict[bytes, bytes]

    @property
    def mark(self) -> str:
        return self.fields.get(b"w", b"").decode()

    @property
    def identity(self) -> bytes:
        return self.fields.get(b"i", b"")

    @property
    def body(self) -> bytes:
        return self.fields.get(b"b", b"")


class RedisKeys:
    """All keys of one journal: one hash tag, so one slot of a cluster."""

    def __init__(self, prefix: str):
        self._tag = f"{{{prefix}}}"
        self.about = self.named("journal:about")
        self.stream = self.named("journal")
        self.identities = self.named("journal:ids")

    @property
    def all(self) -> tuple[str, str, str]:
        return self.about, self.stream, self.identities

    def named(self, name: str) -> str:
        return f"{self._tag}:{name}"


class RedisStream:
    """Where this node stands; publishes what is new to all readers of the process."""

    def __init__(self, keys: RedisKeys, codec: RecordCodec = PLAIN):
        self.keys = keys
        self.codec = codec
        self.recent = Recent()
        self.identity = ""
        self.since = START  # offsets up to it are of an earlier identity
        self.seen = START
        self.format = FORMAT
        self.replaced: JournalReplaced | None = None
        self.lost_entries = False  # which this node had read
        self._mark = ""

    async def begin(self, link: RedisLink) -> None:
        """Make the journal, or find where it stands."""
        self.replaced, self.lost_entries = None, False
        found = await link.script(BEGIN, self.keys.all, (secrets.token_hex(8), FORMAT))
        identity, since, form, newest, mark = (part.decode() for part in found)
        self.identity, self.format, self._mark = identity, form, mark
        self.since = Offset(int(since))
        if not newest:  # somebody deleted the stream alone
            self.seen = self.since
            await self._renew(link, self.since + SKIPPED)
            await self.begin(link)
            return
        self.seen = Offset(int(newest))
        self.recent = Recent.starting_at(self.seen)

    async def skip_to(self, link: RedisLink, offset: Offset) -> None:
        """Another identity, whose offsets are greater; before anything was appended."""
        await self._renew(link, offset)
        await self.begin(link)

    def position(self) -> tuple[Part, ...]:
        """What scripts compare: identity, the newest entry seen, and its mark."""
        return self.identity, self.seen, self._mark

    async def check(self, link: RedisLink) -> Offset:
        """The newest offset. Raises `JournalReplaced`, `Unavailable`."""
        state, newest = await link.script(CHECK, self.keys.all, self.position())
        await self.judge(link, state.decode())
        return Offset(int(newest))

    async def judge(self, link: RedisLink, state: str) -> None:
        """Raises `JournalReplaced` unless all is `ok`.

        The first node that notices gives the journal a new identity, for all. Entries
        that it has stay; new ones get greater offsets than any that was ever seen.
        """
        if self.replaced is not None:
            raise self.replaced
        if state == "ok":
            return
        if state in ("missing", "behind", "diverged"):
            await self._renew(link, self.seen + SKIPPED)
        raise self.end(state)

    def end(self, state: str) -> JournalReplaced:
        """This journal is over for this node."""
        if self.replaced is None:
            self.lost_entries = state != "hole"
            self.replaced = JournalReplaced(
                f"the journal in Redis was replaced: {_WHY[state]}. This node reads it"
                " again from the beginning."
            )
            log.error("%s", self.replaced)
            self.recent.close(self.replaced)
        return self.replaced

    async def _renew(self, link: RedisLink, since: int) -> None:
        values = (self.identity, secrets.token_hex(8), since, FORMAT)
        await link.script(RENEW, self.keys.all, values)

    async def take(self, rows: Sequence[Row], own: Mapping[str, Record]) -> None:
        """Publish what is new of these; records of `own` as the objects they were.

        Raises `JournalReplaced` when the first is not the next one, `Unavailable`.
        """
        await self.codec.prepare(row.body for row in rows)
        rows = [row for row in rows if row.offset > self.seen]
        if not rows:
            return
        expected = range(self.seen + 1, self.seen + 1 + len(rows))
        if [row.offset for row in rows] != list(expected):
            raise self.end("hole")
        entries = decoded(rows, own, self.codec)
        self._publish(entries, rows[-1].offset, rows[-1].mark)

    def take_own(self, marked: Sequence[tuple[Offset, str, Record]]) -> bool:
        """Publish what this node appended; False: others' entries come before."""
        marked = [each for each in marked if each[0] > self.seen]
        offsets = [offset for offset, _, _ in marked]
        if offsets != list(range(self.seen + 1, self.seen + 1 + len(offsets))):
            return False
        if marked:
            entries = [Entry(offset, record) for offset, _, record in marked]
            self._publish(entries, *marked[-1][:2])
        return True

    def _publish(self, entries: list[Entry], newest: Offset, mark: str) -> None:
        follows, self.seen, self._mark = self.seen, newest, mark
        self.recent.publish(entries, follows)


def rows_of(answer: Sequence[Any] | None) -> list[Row]:
    """The entries of an answer of XRANGE, or of one stream of XREAD."""
    rows = []
    for name, flat in answer or ():
        fields = dict(zip(flat[::2], flat[1::2], strict=True))
        rows.append(Row(Offset(int(name.partition(b"-")[2])), fields))
    return rows


def decoded(
    rows: Sequence[Row], own: Mapping[str, Record], codec: RecordCodec
) -> list[Entry]:
    """What cannot be decoded is left out and reported."""
    entries: list[Entry] = []
    failures: list[str] = []
    for row in rows:
        record = own.get(row.mark)
        try:
            if record is None:
                kind = row.fields.get(b"k", b"").decode()
                record = codec.decode(kind, row.body)
        except (msgspec.MsgspecError, KeyError, ValueError) as error:
            failures.append(f"offset {row.offset}: {type(error).__name__}")
        else:
            entries.append(Entry(row.offset, record))
    if failures:
        log.error(
            "%d journal entries cannot be read and are left out, the first at %s",
            len(failures),
            failures[0],
        )
    return entries
