"""Which frames does a browser send over `/v1/agent`?

`forbid_unknown_fields`: a misspelt key is refused, not ignored. A frame with an `id`
is answered by `done`, or by `error` with the same `reply_to`.
"""

from __future__ import annotations

from typing import Literal

import msgspec

Mark = Literal["shown", "offered", "taken", "declined", "unsuitable"]


class Resume(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="frame", tag="resume",
    forbid_unknown_fields=True,
):  # fmt: skip
    """First client frame. `after` is the last offset seen, 0 or absent for none."""

    after: int = 0
    id: str | None = None


class OfACall(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Without `line` and `occurrence` the newest call of that id is meant."""

    call_id: str
    line: str | None = None
    occurrence: int | None = None
    id: str | None = None


class Ack(
    OfACall, frozen=True, kw_only=True, tag_field="frame", tag="ack",
    forbid_unknown_fields=True,
):  # fmt: skip
    """The frame of that offset is on screen; `painted_ms` since it was received."""

    offset: int
    painted_ms: float | None = None


class NewContact(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: str
    company: str = ""
    account: str = ""


class Choose(
    OfACall, frozen=True, kw_only=True, tag_field="frame", tag="choose",
    forbid_unknown_fields=True,
):  # fmt: skip
    """Who it is: a candidate by source and key, or a contact named by the agent.

    `found_by` is the text of the search that found a customer who is not a candidate.
    `remember` keeps it for the next call from this number. `undo` alone takes back
    what was said last, for this call and for the next one.
    """

    source: str | None = None
    key: str | None = None
    contact: NewContact | None = None
    remember: bool = True
    found_by: str | None = None
    undo: bool = False


class Find(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="frame", tag="find",
    forbid_unknown_fields=True,
):  # fmt: skip
    """Search customers: an account, a name or a number. Answered by `found`.

    The next `find` of a connection ends the one before.
    """

    text: str
    id: str | None = None


class Note(
    OfACall, frozen=True, kw_only=True, tag_field="frame", tag="note",
    forbid_unknown_fields=True,
):  # fmt: skip
    """The whole text as it stands; sent as typed (the page waits for pauses)."""

    text: str


class NoteForNext(
    OfACall, frozen=True, kw_only=True, tag_field="frame", tag="handover",
    forbid_unknown_fields=True,
):  # fmt: skip
    """Words for the agent who gets this call next; an empty text takes them back.

    The whole text as it stands. Only who talked in the call, while it goes on.
    """

    text: str


class CallBackAt(
    OfACall, frozen=True, kw_only=True, tag_field="frame", tag="call_back",
    forbid_unknown_fields=True,
):  # fmt: skip
    """The caller was promised a call back at that time, RFC 3339; empty: none any more.

    At most 90 days ahead. Only who talked in the call, of a caller with a number.
    """

    at: str


class Disposition(
    OfACall, frozen=True, kw_only=True, tag_field="frame", tag="disposition",
    forbid_unknown_fields=True,
):  # fmt: skip
    """What came of the call. An empty code clears what was chosen before."""

    code: str


class Offered(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A row of a facet of the card; `item` is what its column `sku` holds."""

    facet: str
    item: str


class MarkOffers(
    OfACall, frozen=True, kw_only=True, tag_field="frame", tag="offers",
    forbid_unknown_fields=True,
):  # fmt: skip
    """What became of offers: they were on screen, offered, taken, …

    `shown` is sent by the page and changes no other mark; "" takes a mark back.
    """

    offers: list[Offered]
    mark: Mark | Literal[""]


class FacetsSeen(
    OfACall, frozen=True, kw_only=True, tag_field="frame", tag="seen",
    forbid_unknown_fields=True,
):  # fmt: skip
    """What a talk needed of a card, by facet: sent once, when the call is over.

    `in_view` stood on the page without a deed, `opened` had one: unfolded or scrolled
    to, scrolled in, a link followed, text copied, the timeline opened. A facet may be
    in both; `unopened` are those in neither. Facets without anything are in none.
    """

    in_view: list[str]
    opened: list[str]
    unopened: list[str]


class SetAgentState(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="frame", tag="agent_state",
    forbid_unknown_fields=True,
):  # fmt: skip
    state: Literal["available", "break", "wrap_up", "offline"]
    id: str | None = None
    reason: str | None = None  # of a break: one of `break_reasons`
