"""What became of the rows of the last reading of everything, over a restart.

It stays with the numbers, so that a source that did not change need not be read again
to say who of it is missing. Values in it are shortened (`shortened_text`).
"""

from __future__ import annotations

from collections import Counter

import msgspec

from screenpop.connector import ContactsReading, OddItems
from screenpop.connector.reading import Odd


class KeptReading(msgspec.Struct, frozen=True, kw_only=True):
    rows: int
    contacts: int
    left_out: dict[str, int]
    repeated_keys: int
    odd: dict[str, int]
    odd_first: list[tuple[str, str | None, str, str | None]]


def kept(reading: ContactsReading) -> str:
    first = [(x.place, x.column, x.reason, x.value) for x in reading.odd.first]
    whole = KeptReading(
        rows=reading.rows,
        contacts=reading.contacts,
        left_out=dict(reading.left_out),
        repeated_keys=reading.repeated_keys,
        odd=dict(reading.odd.counts),
        odd_first=first,
    )
    return msgspec.json.encode(whole).decode()


def restored(text: str | None) -> ContactsReading | None:
    """None: nothing was kept, or by a version that kept something else."""
    try:
        found = msgspec.json.decode(text or "", type=KeptReading)
    except (msgspec.DecodeError, msgspec.ValidationError):
        return None
    odd = OddItems()
    odd.first = [Odd(*each) for each in found.odd_first]
    odd.counts = Counter(found.odd)
    return ContactsReading(
        rows=found.rows,
        contacts=found.contacts,
        left_out=Counter(found.left_out),
        repeated_keys=found.repeated_keys,
        odd=odd,
    )
