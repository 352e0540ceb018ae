"""Which JSON travels over `/v1/agent` and `/v1/wallboard`?

Every frame has `frame` (its name). Server frames have `offset`: the journal
offset they bring the browser up to; it names it in `resume` after a lost
connection. Times are RFC 3339 UTC strings. Money is decimal text (`"1250.00"`),
its currency beside it or in the column's declaration. Facets and their fields are those
of `domain/profile.py`. `scripts/gen-wire` makes `agent_ui/src/wire/` from this module.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

import msgspec

from screenpop.domain.alert import AlertSeen
from screenpop.domain.profile import CandidateRef, Facet, PolicyLine
from screenpop.domain.team import TeamCounters

PopState = Literal["alerting", "answered", "held", "closed"]
Mark = Literal["shown", "offered", "taken", "declined", "unsuitable"]
ResyncReason = Literal["first", "too_old", "other_journal"]
Telephone = Literal["idle", "alerting", "talking", "held"]
CloseReason = Literal[
    "ended", "answered_elsewhere", "unanswered", "transferred", "left", "time_limit",
    "cleared", "dropped",
]  # fmt: skip


class Caller(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """`number` is null unless presentation is "allowed" and it could be read."""

    presentation: Literal["allowed", "withheld", "unavailable"]
    number: str | None = None  # E.164
    display: str = ""  # for people: national or international writing, extension
    country: str | None = None  # ISO 3166-1 alpha-2
    region: str | None = None  # in words
    name: str | None = None  # as the network gave it (CNAM)


class Dialled(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    number: str | None = None
    display: str = ""
    label: str | None = None


class ShownCandidate(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """`source` and `key` name it; `source_label` is how agents know the source."""

    source: str
    source_label: str = ""
    key: str
    name: str
    company: str | None = None
    confidence: float = 0.0
    why: str = ""


class AgentNote(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What this agent has written for this call so far."""

    text: str = ""
    disposition: str | None = None
    saved_at: str | None = None
    # What became of each offer, by "FACET/ITEM"; absent while none is marked.
    marks: dict[str, Mark] | msgspec.UnsetType = msgspec.UNSET


class PopOpened(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="frame", tag="pop.opened"
):
    """A call rings at this agent (or is theirs already, after a resume).

    Complete: all facets that will come are there, at least as `pending`.
    `line`, `call_id` and `occurrence` together name the call: two lines may use the
    same id, and a line may use it again. Every later frame of the call has the three.
    `earlier_agents` already talked in this call; a transfer keeps the context.
    """

    offset: int
    call_id: str
    line: str
    occurrence: int
    state: PopState
    direction: Literal["inbound", "outbound", "internal"]
    caller: Caller
    dialled: Dialled
    queue: str | None
    queue_label: str | None = None
    arrived_at: str
    alerting_at: str | None = None
    answered_at: str | None = None
    held_at: str | None = None
    candidates: list[ShownCandidate] = []
    chosen: CandidateRef | None = None
    facets: Mapping[str, Facet] = {}
    policy: list[PolicyLine] = []  # at most three, the most important first
    attributes: dict[str, str] = {}
    earlier_agents: list[str] = []
    note: AgentNote = AgentNote()
    closed: CloseReason | None = None  # opened and over while the browser was away
    ended_at: str | None = None
    missed_while_away: bool = False


class PopUpdated(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="frame", tag="pop.updated",
    omit_defaults=True,
):  # fmt: skip
    """What changed; absent keys are unchanged, a facet named is replaced whole."""

    offset: int
    call_id: str
    line: str
    occurrence: int
    state: PopState | None = None
    caller: Caller | None = None
    dialled: Dialled | None = None
    queue: str | None = None
    queue_label: str | None = None
    answered_at: str | None = None
    held_at: str | None = None
    candidates: list[ShownCandidate] | None = None
    chosen: CandidateRef | msgspec.UnsetType | None = (
        msgspec.UNSET
    )  # null: nobody any more
    facets: Mapping[str, Facet] | None = None
    policy: list[PolicyLine] | None = None
    attributes: dict[str, str] | None = None
    earlier_agents: list[str] | None = None
    note: AgentNote | None = None


class PopClosed(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="frame", tag="pop.closed"
):
    """The card leaves, or (`wrap_up`: this agent talked) stays for the notes."""

    offset: int
    call_id: str
    line: str
    occurrence: int
    reason: CloseReason
    wrap_up: bool
    ended_at: str | None = None
    answered_by: str | None = None  # display name of the colleague


class AgentUpdated(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="frame", tag="agent.updated"
):
    """An agent's state: one's own on the desk, everybody's on the wallboard.

    `telephone` is derived from calls: idle, alerting, talking or held.
    """

    offset: int
    agent: str
    name: str
    state: Literal["offline", "available", "break", "wrap_up"]
    telephone: Telephone = "idle"
    since: str = ""


class RecallsWaiting(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="frame", tag="recalls.waiting"
):
    """How many callers wait for this person to be called back, after a change."""

    offset: int
    waiting: int


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """How a field or column of a facet is labelled and typed."""

    name: str
    label: str
    type: Literal[
        "text", "money", "number", "integer", "percent", "date", "datetime", "phone",
        "email", "url", "flag",
    ] = "text"  # fmt: skip
    currency: str | None = None  # fixed currency; else the field `currency` says it


class FacetShape(msgspec.Struct, frozen=True, kw_only=True):
    """A facet that this configuration fills, in the order of the card."""

    name: str
    label: str
    fields: list[Column] = []
    columns: list[Column] = []  # of its rows


class DispositionChoice(msgspec.Struct, frozen=True, kw_only=True):
    code: str
    label: str
    note_required: bool = False


class Hello(msgspec.Struct, frozen=True, kw_only=True, tag_field="frame", tag="hello"):
    """First frame, and again when labels change. The client answers with `resume`."""

    offset: int
    user: str
    name: str
    role: Literal["agent", "supervisor", "admin"]
    agent: str | None  # principal agent id; null for people without a telephone
    version: str
    server_time: str
    heartbeat_s: float
    company: str = ""
    locale: str | None = None  # the user's own; null: the browser's
    default_country: str | None = None
    dispositions: list[DispositionChoice] = []
    facets: list[FacetShape] = []
    note_chars_max: int = 4000
    build: str = ""  # changes when the page should be reloaded
    wrap_up_s: float = 60.0
    recalls: int = 0  # callers who wait to be called back; then `recalls.waiting`
    call_back_words: list[str] = []  # in a result or note: a call back was promised
    has_policy: bool = False  # the card keeps room for the lines of a sales policy


class Resync(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="frame", tag="resync"
):
    """The offset named is too old (or none was named): replace everything by this."""

    offset: int
    pops: list[PopOpened]
    agent: AgentUpdated | None = None
    reason: ResyncReason = "first"


class Error(msgspec.Struct, frozen=True, kw_only=True, tag_field="frame", tag="error"):
    """A client frame could not be carried out; the connection stays."""

    offset: int
    code: str
    message: str
    remedy: str = ""
    call_id: str | None = None
    line: str | None = None
    occurrence: int | None = None
    reply_to: str | None = None  # `id` of the client frame


class Done(msgspec.Struct, frozen=True, kw_only=True, tag_field="frame", tag="done"):
    """A client frame that carried an `id` was carried out and is durable."""

    offset: int
    reply_to: str


class CounterDef(msgspec.Struct, frozen=True, kw_only=True):
    """A number of the wallboard with its formula in words."""

    name: str
    label: str
    formula: str
    unit: Literal["calls", "seconds", "agents", "ratio"] = "calls"


class QueueCounters(msgspec.Struct, frozen=True, kw_only=True):
    """`values` by counter name; the page counts up from `oldest_waiting_at`."""

    queue: str  # "" is the total
    label: str
    values: dict[str, float]
    oldest_waiting_at: str | None = None


class AgentRow(msgspec.Struct, frozen=True, kw_only=True):
    agent: str
    name: str
    state: Literal["offline", "available", "break", "wrap_up"]
    telephone: Telephone = "idle"
    since: str = ""
    queue: str | None = None
    user: str | None = None  # whose row it is; null: a telephone without a person
    desk: bool = True  # false: their last desk was closed, they take no calls there
    team: str | None = None


class WallboardSnapshot(
    msgspec.Struct, frozen=True, kw_only=True,
    tag_field="frame", tag="wallboard.snapshot",
):  # fmt: skip
    offset: int
    at: str
    day: str  # the business day that "today" means, ISO date
    time_zone: str
    counters: list[CounterDef]
    queues: list[QueueCounters]  # total first
    agents: list[AgentRow]
    company: str = ""
    lines_without_queues: list[str] = []  # labels; calls today, no queue reported
    agents_named: bool = True  # false: of agents there are counts only
    alerts: list[AlertSeen] = []  # open ones, the worst first
    teams: list[TeamCounters] = []


class WallboardDelta(
    msgspec.Struct, frozen=True, kw_only=True,
    tag_field="frame", tag="wallboard.delta",
):  # fmt: skip
    """Queues and agents that changed, each whole; at most a few a second."""

    offset: int
    at: str
    queues: list[QueueCounters] = []
    agents: list[AgentRow] = []
    gone_agents: list[str] = []  # rows of telephones without a person
    gone_users: list[str] = []  # rows of people
    lines_without_queues: list[str] | None = None  # null: as before
    alerts: list[AlertSeen] | None = None  # null: as before
    teams: list[TeamCounters] | None = None  # null: as before


ServerFrame = (
    Hello
    | PopOpened
    | PopUpdated
    | PopClosed
    | AgentUpdated
    | RecallsWaiting
    | Resync
    | Error
    | Done
    | WallboardSnapshot
    | WallboardDelta
)


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

    `remember` keeps it for the next call from this number.
    """

    source: str | None = None
    key: str | None = None
    contact: NewContact | None = None
    remember: bool = True


class Note(
    OfACall, frozen=True, kw_only=True, tag_field="frame", tag="note",
    forbid_unknown_fields=True,
):  # fmt: skip
    """The whole text as it stands; sent as typed (the page waits for pauses)."""

    text: str


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


class SetAgentState(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="frame", tag="agent_state",
    forbid_unknown_fields=True,
):  # fmt: skip
    state: Literal["available", "break", "wrap_up", "offline"]
    id: str | None = None


ClientFrame = Resume | Ack | Choose | Note | Disposition | MarkOffers | SetAgentState

_ENCODER = msgspec.json.Encoder(decimal_format="string")
_CLIENT: msgspec.json.Decoder[ClientFrame] = msgspec.json.Decoder(ClientFrame)

encode: Callable[[ServerFrame], bytes] = _ENCODER.encode
decode_client: Callable[[str | bytes], ClientFrame] = _CLIENT.decode
"""Raises `msgspec.ValidationError` or `msgspec.DecodeError` for anything else."""
