"""Which JSON travels over `/v1/agent` and `/v1/wallboard`?

Every frame has `frame` (its name). Server frames have `offset`: the journal offset they
bring the browser up to; it names it in `resume` after a lost connection. Times are RFC
3339 UTC strings. Money is decimal text (`"1250.00"`), its currency beside it or in the
column's declaration. Facets and their fields are those of `domain/profile.py`.
`scripts/gen-wire` makes `agent_ui/src/wire/` from this module.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

import msgspec

from screenpop.desk.client_frames import (
    Ack as Ack,
)
from screenpop.desk.client_frames import (
    CallBackAt as CallBackAt,
)
from screenpop.desk.client_frames import (
    Choose as Choose,
)
from screenpop.desk.client_frames import (
    Disposition as Disposition,
)
from screenpop.desk.client_frames import (
    FacetsSeen as FacetsSeen,
)
from screenpop.desk.client_frames import (
    Find as Find,
)
from screenpop.desk.client_frames import (
    Mark as Mark,
)
from screenpop.desk.client_frames import (
    MarkOffers as MarkOffers,
)
from screenpop.desk.client_frames import (
    NewContact as NewContact,
)
from screenpop.desk.client_frames import (
    Note as Note,
)
from screenpop.desk.client_frames import (
    NoteForNext as NoteForNext,
)
from screenpop.desk.client_frames import (
    OfACall as OfACall,
)
from screenpop.desk.client_frames import (
    Offered as Offered,
)
from screenpop.desk.client_frames import (
    Resume as Resume,
)
from screenpop.desk.client_frames import (
    SetAgentState as SetAgentState,
)
from screenpop.desk.page_frames import (
    BreakReason as BreakReason,
)
from screenpop.desk.page_frames import (
    CardLayout as CardLayout,
)
from screenpop.desk.page_frames import (
    Column as Column,
)
from screenpop.desk.page_frames import (
    DispositionChoice as DispositionChoice,
)
from screenpop.desk.page_frames import (
    FacetShape as FacetShape,
)
from screenpop.desk.page_frames import (
    Snippet as Snippet,
)
from screenpop.desk.page_frames import (
    UrlButton as UrlButton,
)
from screenpop.desk.written_frames import (
    AgentNote as AgentNote,
)
from screenpop.desk.written_frames import (
    Consult as Consult,
)
from screenpop.desk.written_frames import (
    EarlierNote as EarlierNote,
)
from screenpop.desk.written_frames import (
    PopState as PopState,
)
from screenpop.desk.written_frames import (
    Promised as Promised,
)
from screenpop.domain.alert import AlertSeen
from screenpop.domain.profile import CandidateRef, Facet, PolicyLine
from screenpop.domain.search import FoundCustomer, SearchedSource
from screenpop.domain.team import TeamCounters

ResyncReason = Literal["first", "too_old", "other_journal"]
Telephone = Literal["idle", "alerting", "talking", "held"]
CloseReason = Literal["ended", "answered_elsewhere", "unanswered", "transferred",
    "left", "time_limit", "cleared", "dropped"]  # fmt: skip


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
    chosen_by_agent: bool = False  # then `choose {undo}` takes it back
    facets: Mapping[str, Facet] = {}
    policy: list[PolicyLine] = []  # at most three, the most important first
    attributes: dict[str, str] = {}
    earlier_agents: list[str] = []
    handover: list[EarlierNote] = []  # of colleagues in this call, `for_next` first
    consult: Consult | None = None
    promised: Promised | None = None  # as it was when the caller's number came
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
    chosen_by_agent: bool | None = None
    facets: Mapping[str, Facet] | None = None
    policy: list[PolicyLine] | None = None
    attributes: dict[str, str] | None = None
    earlier_agents: list[str] | None = None
    handover: list[EarlierNote] | None = None
    consult: Consult | msgspec.UnsetType | None = msgspec.UNSET  # null: none any more
    promised: Promised | msgspec.UnsetType | None = (
        msgspec.UNSET
    )  # with another caller; null: none
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
    reason: str | None = None  # of a break: one of `break_reasons`


class RecallsWaiting(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="frame", tag="recalls.waiting"
):
    """How many callers wait for this person to be called back, after a change."""

    offset: int
    waiting: int


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
    click_to_call: dict[str, str] = {}  # URL templates by line; others have `tel:`
    buttons: list[UrlButton] = []
    time_zone: str = "UTC"  # of the centre: a call back is promised in it
    layouts: list[CardLayout] = []  # the first that fits queue and role
    snippets: list[Snippet] = []  # texts for notes
    results_required: list[str] = []  # queues whose calls need a result to be finished
    break_reasons: list[BreakReason] = []  # in the order of their menu
    labels: dict[str, dict[str, str]] = {}  # of places, by language


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


class CustomersFound(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="frame", tag="found"
):
    """Customers who fit a search, the best first; sent whole for each answer.

    `sources` says how each one stands; the last frame of a search has none `pending`.
    `more` fit and are not listed.
    """

    offset: int
    reply_to: str | None  # `id` of the `find`
    text: str
    customers: list[FoundCustomer]
    sources: list[SearchedSource] = []
    more: int = 0


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
    reason: str | None = None  # of a break: one of `break_reasons`


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
    | CustomersFound
    | WallboardSnapshot
    | WallboardDelta
)


ClientFrame = (
    Resume | Ack | Choose | Find | Note | NoteForNext | CallBackAt | Disposition
    | MarkOffers | FacetsSeen | SetAgentState
)  # fmt: skip

_ENCODER = msgspec.json.Encoder(decimal_format="string")
_CLIENT: msgspec.json.Decoder[ClientFrame] = msgspec.json.Decoder(ClientFrame)

encode: Callable[[ServerFrame], bytes] = _ENCODER.encode
decode_client: Callable[[str | bytes], ClientFrame] = _CLIENT.decode
"""Raises `msgspec.ValidationError` or `msgspec.DecodeError` for anything else."""
