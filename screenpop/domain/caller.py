"""Who might be calling, how sure are we, and why?"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

Scalar = str | int | float | bool | None
"""A value a source may answer with.

Dates and times are ISO 8601 text; exact decimals (money) are decimal text such as
`"1250.00"`, never floats made by us. A column's declared type says which it is.
"""

Row = Mapping[str, Scalar]

Json = dict[str, object]
"""A JSON object, made of what msgspec can encode."""

CONTACTS_SOURCE = "contacts"  # callers whom agents named
CHOSEN_BEFORE = 0.97
REMEMBERED_MAX = 500_000  # numbers for which somebody was chosen or named

KEY_AS_READ = "_key"
"""The field of a candidate that holds its key as the source gave it, where that is
not the text of `CandidateRef.key`: a number, or text padded with blanks. A lookup
that takes `customer.key` asks with it, so that the source finds its own key again."""


class CandidateRef(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Names a customer record: `key` is unique within `source`."""

    source: str
    key: str


class Candidate(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A customer who may be calling. `confidence` is 0..1; `why` is for people."""

    ref: CandidateRef
    name: str
    company: str | None = None
    confidence: float
    why: str
    fields: Row = {}  # all columns, for `:customer.NAME`
