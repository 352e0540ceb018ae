// Made by scripts/gen-wire from screenpop/desk/frames.py; do not edit.
// Optional keys of server frames may be absent; all others are always there.

export type Scalar = string | number | boolean | null;

export type FieldState = "fresh" | "stale" | "pending" | "empty" | "failed" | "timed_out" | "withheld";

export type PolicyKind = "do" | "offer" | "avoid" | "warn";

export type PopState = "alerting" | "answered" | "held" | "closed";

export type CloseReason = "ended" | "answered_elsewhere" | "unanswered" | "transferred" | "left" | "time_limit" | "cleared" | "dropped";

export type Mark = "shown" | "offered" | "taken" | "declined" | "unsuitable";

export interface CandidateRef {
  source: string;
  key: string;
}

export interface OtherValue {
  value: Scalar;
  source: string;
  fetched_at: string;
}

export interface Field {
  value: Scalar;
  source: string;
  fetched_at: string;
  state: FieldState;
  others: OtherValue[];
}

export interface SourceNote {
  lookup: string;
  source: string;
  state: FieldState;
  ms: number | null;
  message: string | null;
}

export interface Facet {
  state: FieldState;
  fields: Record<string, Field>;
  rows: Record<string, Scalar>[];
  rows_source: string | null;
  rows_fetched_at: string | null;
  rows_state: FieldState | null;
  notes: SourceNote[];
}

export interface PolicyValue {
  name: string;
  label: string;
  value: string;
  source: string;
  fetched_at: string | null;
  state: "fresh" | "stale";
}

export interface PolicyLine {
  rule: string;
  kind: "avoid" | "do" | "offer" | "warn";
  say: string;
  because: string;
  values: PolicyValue[];
}

export interface AlertSeen {
  id: string;
  label: string;
  subject: string;
  number: string;
  level: "critical" | "warning";
  value: number | null;
  opened_at: string;
  acknowledged_by: string | null;
  subject_label: string;
}

export interface TeamCounters {
  team: string;
  label: string;
  values: Record<string, number>;
}

export interface FoundCustomer {
  source: string;
  source_label: string;
  key: string;
  name: string;
  company: string | null;
  account: string | null;
  town: string | null;
  last_order: string | null;
  why: string;
}

export interface SearchedSource {
  source: string;
  label: string;
  state: FieldState;
  ms: number | null;
  message: string | null;
}

export interface AgentNote {
  text: string;
  disposition: string | null;
  saved_at: string | null;
  for_next?: string;
  call_back_at?: string;
  marks?: Record<string, Mark>;
}

export interface Promised {
  at: string;
  by: string | null;
}

export interface EarlierNote {
  agent: string | null;
  for_next: string;
  text: string;
  disposition: string | null;
  saved_at: string | null;
}

export interface Consult {
  role: "asked" | "asks";
  agents: string[];
  state: PopState;
}

export interface Column {
  name: string;
  label: string;
  type: "date" | "datetime" | "email" | "flag" | "integer" | "money" | "number" | "percent" | "phone" | "text" | "url";
  currency: string | null;
  labels: Record<string, string>;
}

export interface FacetShape {
  name: string;
  label: string;
  fields: Column[];
  columns: Column[];
  labels: Record<string, string>;
}

export interface DispositionChoice {
  code: string;
  label: string;
  note_required: boolean;
  labels: Record<string, string>;
}

export interface UrlButton {
  label: string;
  url: string;
  lines: string[];
  queues: string[];
  facet: string | null;
  labels: Record<string, string>;
}

export interface Snippet {
  name: string;
  text: string;
  label: string;
  queues: string[];
  labels: Record<string, string>;
}

export interface BreakReason {
  name: string;
  label: string;
  labels: Record<string, string>;
}

export interface CardLayout {
  facets: Record<string, "small" | "tall" | "wide">;
  queues: string[];
  roles: string[];
}

export interface Caller {
  presentation: "allowed" | "unavailable" | "withheld";
  number: string | null;
  display: string;
  country: string | null;
  region: string | null;
  name: string | null;
}

export interface Dialled {
  number: string | null;
  display: string;
  label: string | null;
}

export interface ShownCandidate {
  source: string;
  source_label: string;
  key: string;
  name: string;
  company: string | null;
  confidence: number;
  why: string;
}

export interface PopOpened {
  frame: "pop.opened";
  offset: number;
  call_id: string;
  line: string;
  occurrence: number;
  state: PopState;
  direction: "inbound" | "internal" | "outbound";
  caller: Caller;
  dialled: Dialled;
  queue: string | null;
  queue_label: string | null;
  arrived_at: string;
  alerting_at: string | null;
  answered_at: string | null;
  held_at: string | null;
  candidates: ShownCandidate[];
  chosen: CandidateRef | null;
  chosen_by_agent: boolean;
  facets: Record<string, Facet>;
  policy: PolicyLine[];
  attributes: Record<string, string>;
  earlier_agents: string[];
  handover: EarlierNote[];
  consult: Consult | null;
  promised: Promised | null;
  note: AgentNote;
  closed: CloseReason | null;
  ended_at: string | null;
  missed_while_away: boolean;
}

export interface PopUpdated {
  frame: "pop.updated";
  offset: number;
  call_id: string;
  line: string;
  occurrence: number;
  state?: PopState;
  caller?: Caller;
  dialled?: Dialled;
  queue?: string;
  queue_label?: string;
  answered_at?: string;
  held_at?: string;
  candidates?: ShownCandidate[];
  chosen?: CandidateRef;
  chosen_by_agent?: boolean;
  facets?: Record<string, Facet>;
  policy?: PolicyLine[];
  attributes?: Record<string, string>;
  earlier_agents?: string[];
  handover?: EarlierNote[];
  consult?: Consult;
  promised?: Promised;
  note?: AgentNote;
}

export interface PopClosed {
  frame: "pop.closed";
  offset: number;
  call_id: string;
  line: string;
  occurrence: number;
  reason: CloseReason;
  wrap_up: boolean;
  ended_at: string | null;
  answered_by: string | null;
}

export interface AgentUpdated {
  frame: "agent.updated";
  offset: number;
  agent: string;
  name: string;
  state: "available" | "break" | "offline" | "wrap_up";
  telephone: "alerting" | "held" | "idle" | "talking";
  since: string;
  reason: string | null;
}

export interface RecallsWaiting {
  frame: "recalls.waiting";
  offset: number;
  waiting: number;
}

export interface Hello {
  frame: "hello";
  offset: number;
  user: string;
  name: string;
  role: "admin" | "agent" | "supervisor";
  agent: string | null;
  version: string;
  server_time: string;
  heartbeat_s: number;
  company: string;
  locale: string | null;
  default_country: string | null;
  dispositions: DispositionChoice[];
  facets: FacetShape[];
  note_chars_max: number;
  build: string;
  wrap_up_s: number;
  recalls: number;
  call_back_words: string[];
  has_policy: boolean;
  click_to_call: Record<string, string>;
  buttons: UrlButton[];
  time_zone: string;
  layouts: CardLayout[];
  snippets: Snippet[];
  results_required: string[];
  break_reasons: BreakReason[];
  labels: Record<string, Record<string, string>>;
}

export interface Resync {
  frame: "resync";
  offset: number;
  pops: PopOpened[];
  agent: AgentUpdated | null;
  reason: "first" | "other_journal" | "too_old";
}

export interface Error {
  frame: "error";
  offset: number;
  code: string;
  message: string;
  remedy: string;
  call_id: string | null;
  line: string | null;
  occurrence: number | null;
  reply_to: string | null;
}

export interface Done {
  frame: "done";
  offset: number;
  reply_to: string;
}

export interface CustomersFound {
  frame: "found";
  offset: number;
  reply_to: string | null;
  text: string;
  customers: FoundCustomer[];
  sources: SearchedSource[];
  more: number;
}

export interface CounterDef {
  name: string;
  label: string;
  formula: string;
  unit: "agents" | "calls" | "ratio" | "seconds";
}

export interface QueueCounters {
  queue: string;
  label: string;
  values: Record<string, number>;
  oldest_waiting_at: string | null;
}

export interface AgentRow {
  agent: string;
  name: string;
  state: "available" | "break" | "offline" | "wrap_up";
  telephone: "alerting" | "held" | "idle" | "talking";
  since: string;
  queue: string | null;
  user: string | null;
  desk: boolean;
  team: string | null;
  reason: string | null;
}

export interface WallboardSnapshot {
  frame: "wallboard.snapshot";
  offset: number;
  at: string;
  day: string;
  time_zone: string;
  counters: CounterDef[];
  queues: QueueCounters[];
  agents: AgentRow[];
  company: string;
  lines_without_queues: string[];
  agents_named: boolean;
  alerts: AlertSeen[];
  teams: TeamCounters[];
}

export interface WallboardDelta {
  frame: "wallboard.delta";
  offset: number;
  at: string;
  queues: QueueCounters[];
  agents: AgentRow[];
  gone_agents: string[];
  gone_users: string[];
  lines_without_queues: string[] | null;
  alerts: AlertSeen[] | null;
  teams: TeamCounters[] | null;
}

export interface Resume {
  frame: "resume";
  after?: number;
  id?: string | null;
}

export interface OfACall {
  call_id: string;
  line: string | null;
  occurrence: number | null;
  id: string | null;
}

export interface Ack {
  frame: "ack";
  call_id: string;
  line?: string | null;
  occurrence?: number | null;
  id?: string | null;
  offset: number;
  painted_ms?: number | null;
}

export interface NewContact {
  name: string;
  company?: string;
  account?: string;
}

export interface Choose {
  frame: "choose";
  call_id: string;
  line?: string | null;
  occurrence?: number | null;
  id?: string | null;
  source?: string | null;
  key?: string | null;
  contact?: NewContact | null;
  remember?: boolean;
  found_by?: string | null;
  undo?: boolean;
}

export interface Find {
  frame: "find";
  text: string;
  id?: string | null;
}

export interface Note {
  frame: "note";
  call_id: string;
  line?: string | null;
  occurrence?: number | null;
  id?: string | null;
  text: string;
}

export interface NoteForNext {
  frame: "handover";
  call_id: string;
  line?: string | null;
  occurrence?: number | null;
  id?: string | null;
  text: string;
}

export interface CallBackAt {
  frame: "call_back";
  call_id: string;
  line?: string | null;
  occurrence?: number | null;
  id?: string | null;
  at: string;
}

export interface Disposition {
  frame: "disposition";
  call_id: string;
  line?: string | null;
  occurrence?: number | null;
  id?: string | null;
  code: string;
}

export interface Offered {
  facet: string;
  item: string;
}

export interface MarkOffers {
  frame: "offers";
  call_id: string;
  line?: string | null;
  occurrence?: number | null;
  id?: string | null;
  offers: Offered[];
  mark: Mark | "";
}

export interface FacetsSeen {
  frame: "seen";
  call_id: string;
  line?: string | null;
  occurrence?: number | null;
  id?: string | null;
  in_view: string[];
  opened: string[];
  unopened: string[];
}

export interface SetAgentState {
  frame: "agent_state";
  state: "available" | "break" | "offline" | "wrap_up";
  id?: string | null;
  reason?: string | null;
}

export type ServerFrame = Hello | PopOpened | PopUpdated | PopClosed | AgentUpdated | RecallsWaiting | Resync | Error | Done | CustomersFound | WallboardSnapshot | WallboardDelta;

export type ClientFrame = Resume | Ack | Choose | Find | Note | NoteForNext | CallBackAt | Disposition | MarkOffers | FacetsSeen | SetAgentState;
