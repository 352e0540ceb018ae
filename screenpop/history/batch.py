"""What travels from the archiver to the store?

Structs of msgspec: made by the thousand, a frozen dataclass takes four times as long.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

from screenpop.domain.call import AgentId, Call, CallKey, UserId
from screenpop.domain.offer import Mark, Offer
from screenpop.domain.popped import FacetViews
from screenpop.domain.profile import CandidateRef
from screenpop.domain.recall import RecallAction
from screenpop.domain.workday import Word

PeopleAt = Callable[[AgentId], tuple[UserId, ...]]
"""Who is at that telephone now: for what does not say who was."""
HeardOf = tuple[UserId, Word]
"""Someone's state, or that their desk was opened or closed."""


class AlertChange(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """`data` as it is journalled."""

    change_id: str
    at_us: int
    user: str
    data: Mapping[str, str]


class StoredEvent(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    key: CallKey
    event_id: str
    type: str
    at_us: int
    received_us: int
    body: str  # as the journal wrote it


class CustomerOfCall(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Whom the call's card spoke of; without `ref` it has none any more."""

    key: CallKey
    ref: CandidateRef | None
    name: str | None
    by_agent: bool


class CallState(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A call as folded so far; `number` is the outside party's in E.164.

    Without a customer the one that is stored stays.
    """

    call: Call
    number: str | None
    customer: CustomerOfCall | None = None


class ShownAnswer(msgspec.Struct, array_like=True, kw_only=True, gc=False):
    """What one lookup said, and on whose cards it stands or stood since when.

    Values are not kept. `agents` maps an agent to the time in microseconds.
    """

    lookup: str
    source: str
    facet: str
    state: str
    at_us: int
    fetched_us: int
    ms: float
    row_count: int
    subject_source: str | None = None
    subject_key: str | None = None
    message: str | None = None
    agents: dict[str, int] = {}
    views: FacetViews | None = None  # of its facet, without a name


class ShownInCall(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """All that was shown in one call, in place of what is stored of it."""

    key: CallKey
    at_us: int
    answers: tuple[ShownAnswer, ...]


class StoredCall(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What the store holds of a call that is to be followed again."""

    events: tuple[str, ...] = ()  # bodies, in the order of their time
    answers: tuple[ShownAnswer, ...] = ()
    customer: CustomerOfCall | None = None


class Written(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A note's text or a disposition's code, by a person."""

    key: CallKey
    username: str
    agent: str | None
    text: str
    at_us: int


class ReceiptOfPop(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    key: CallKey
    action_id: str
    username: str
    agent: str | None
    at_us: int
    ring_to_pop_ms: float | None
    painted_ms: float | None


class MarkedOffer(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What became of one offer of a call; by whom is not kept."""

    key: CallKey
    offer: Offer
    mark: Mark
    at_us: int
    new_only: bool = False  # it changes no mark that is there


class Contact(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A caller named by an agent."""

    key: str
    name: str
    company: str
    account: str
    number: str | None
    named_by: str
    at_us: int


class NumberLink(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An agent chose this customer for this number."""

    number: str
    ref: CandidateRef
    name: str
    chosen_by: str
    at_us: int


OfACall = (
    StoredEvent | ShownInCall | Written | ReceiptOfPop | MarkedOffer | RecallAction
)


class Batch(msgspec.Struct, kw_only=True, gc=False):
    consumer: str
    offset: int = 0
    at_us: int = 0
    calls: list[CallState] = []
    events: list[StoredEvent] = []
    customers: list[CustomerOfCall] = []
    shown: list[ShownInCall] = []
    receipts: list[ReceiptOfPop] = []
    notes: list[Written] = []
    handovers: list[Written] = []  # notes for the next agent
    dispositions: list[Written] = []
    offers: list[MarkedOffer] = []
    recalls: list[RecallAction] = []
    alerts: list[AlertChange] = []
    contacts: list[Contact] = []
    links: list[NumberLink] = []
    unlinks: list[NumberLink] = []  # taken back, if they are of this very time
    heard: list[HeardOf] = []
    heard_us: int = 0  # when the newest entry was received; 0: there was none
