"""What did a person write about a call just now?

A note is in the store only after the archiver wrote it. Until then this fold
remembers it, so that a result that needs a note is accepted right after the note.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable

from screenpop.domain.call import CallKey
from screenpop.journal.records import ActionRecord

NOTES_MAX = 5_000  # newest notes; older ones are in the store by then

NoteKey = tuple[str, CallKey | None]
"""(user, call)."""
SavedNote = tuple[NoteKey, tuple[int, str]]
"""Whose note about which call: at which offset, and the text."""


class RecentNotes:
    """The newest text by person and call; entries may be taken twice."""

    def __init__(self, notes_max: int = NOTES_MAX):
        self._notes_max = notes_max
        self._texts: OrderedDict[NoteKey, tuple[int, str]] = OrderedDict()

    def take(self, offset: int, record: ActionRecord) -> None:
        """Take a note in as it stands in the journal."""
        key = (record.user, record.call_key)
        before = self._texts.get(key)
        if before is not None and before[0] >= offset:
            return
        self._texts[key] = (offset, record.data.get("text", ""))
        self._texts.move_to_end(key)
        if len(self._texts) > self._notes_max:
            self._texts.popitem(last=False)

    def saved(self) -> list[SavedNote]:
        return list(self._texts.items())

    def restore(self, notes: Iterable[SavedNote]) -> None:
        self._texts.update(notes)

    def text(self, user: str, call: CallKey) -> str | None:
        """None: nothing is remembered, the store may know."""
        found = self._texts.get((user, call))
        return None if found is None else found[1]
