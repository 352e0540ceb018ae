// What does the service tell an administrator? As in screenpop/web/seen.py and lines.py.

export interface Problem {
  part: string;
  message: string;
  fatal: boolean;
}

export interface Node {
  version: string;
  status: "ready" | "degraded" | "not_ready";
  problems: Problem[];
  sessions: Record<string, number>;
}

export interface Stream {
  connected_since: string | null;
  trouble: string | null;
  hints: string[];
  connections: number;
  lost: number;
  last_message_at: string | null;
  messages: number;
  events: number;
  waiting: number;
  refused: number;
  undecodable: number;
  synchronised: number;
  ignored: Record<string, number>;
}

export interface Line {
  line: string;
  /** As the configuration calls it. */
  label: string | null;
  dialect: string;
  title: string;
  status: string;
  address: string;
  country: string | null;
  time_zone: string;
  settings: Record<string, string | boolean>;
  paste: string;
  last_request_at: string | null;
  last_event_at: string | null;
  today: { requests: number; accepted: number; ignored: number; refused: number };
  stream: Stream | null;
  /** Seconds; negative is behind ours, null while no event had a time. */
  clock_ahead_s: number | null;
}

export type Verdict =
  | "events"
  | "ignored"
  | "handshake"
  | "lookup"
  | "refused"
  | "failed";

export type EventSeen = { type: string; why?: string } & Record<string, unknown>;

export interface RequestSeen {
  number: number;
  at: string;
  method: string;
  path: string;
  headers: [string, string][];
  body: string;
  body_bytes: number;
  cut: boolean;
  remote: string | null;
  status: number;
  verdict: Verdict;
  why: string | null;
  remedy: string | null;
  events: EventSeen[];
  notes: string[];
  repeated: number;
}

export interface RequestsPage {
  line: string;
  run: string;
  newest: number;
  missed: number;
  requests: RequestSeen[];
}

export interface Source {
  source: string;
  label: string;
  connector: string;
  state: "working" | "failing" | "left_alone" | "unasked" | "off";
  retry_in_s: number | null;
  last_answer_at: string | null;
  last_failure: { at: string; why: string } | null;
  cache: { entries: number; entries_max: number };
  contacts?: Contacts | null;
  lost?: ValueLost[];
  /** Keys, tokens and certificates that end one day. */
  expiring?: Expiring[];
  canaries?: Canaries | null;
}

export interface Expiring {
  kind: "key" | "token" | "client_certificate" | "server_certificate";
  /** Whole days; negative after its end. */
  days_left: number;
  /** Is it to be renewed, or urgent? A short-lived certificate is judged by its life. */
  state: "good" | "warning" | "critical";
}

/** The last try of a source's canary callers. */
export interface Canaries {
  tried_at: string;
  results: Canary[];
}

export interface Canary {
  /** Shortened. */
  number: string;
  outcome: "found" | "not_found" | "incomplete" | "failed";
  ms: number;
  missing: string[];
  why: string | null;
}

/** Percentiles and failures of one interval. */
export interface TimesOfInterval {
  at: string;
  answers: number;
  p50_ms: number;
  p95_ms: number;
  p99_ms: number;
  failed: number;
  timed_out: number;
  stale: number;
}

/** Intervals with an answer, the oldest first; nothing is known before `since`. */
export interface SourceTimes {
  source: string;
  since: string;
  interval_s: number;
  intervals: TimesOfInterval[];
}

/** A column that answers lack; shares of answers with a value, 0 to 1. */
export interface ValueLost {
  lookup: string;
  column: string;
  since: string | null;
  before: number;
  now: number;
  answers: number;
}

/** What became of the rows of one reading. */
export interface Rows {
  rows: number;
  kept: number;
  left_out: Record<string, number>;
  odd: string[];
}

/** How far the reading of one source's orders and items is. */
export interface Feed {
  source: string;
  phase: "waiting" | "items" | "orders" | "ending";
  whole: boolean;
  batches: number;
  rows_expected: number | null;
  read_at: string | null;
  all_read_at: string | null;
  orders: Rows;
  items: Rows;
  trouble: string | null;
}

/** Which way to rank is used for a task, and what each reached on later orders. */
export interface Ranking {
  task: "likely_next" | "new" | "goes_with" | "goes_with_anyone";
  variant: string;
  customers: number;
  recall: Record<string, number>;
}

/** The model in use, and the training under way or the last one that failed. */
export interface Model {
  number: number | null;
  trained_at: string | null;
  newest_order_at: string | null;
  lines: number;
  orders: number;
  customers: number;
  items: number;
  rankings: Ranking[];
  step: string | null;
  failed_at: string | null;
  trouble: string | null;
}

/** What recommendations are made from. */
export interface Orders {
  model: Model;
  lines: number;
  orders: number;
  customers: number;
  items: number;
  opted_out: number;
  feeds: Feed[];
}

/** A source's customers: how many are known by number, and why others are not. */
export interface Contacts {
  known: number;
  read_at: string | null;
  rows: number | null;
  left_out: Record<string, number>;
  odd: string[];
  trouble: string | null;
  numbers?: NumberCounts | null;
}

/** A number of several customers, shortened. */
export interface SharedNumber {
  number: string;
  customers: number;
  of: "main number" | "company" | "several";
  keys: string[];
}

/** Which numbers a source's customers have, as of the last reading of all. */
export interface NumberCounts {
  exact: number;
  probable: number;
  main_numbers: number;
  by_last_digits: number;
  shared: number;
  shared_main: number;
  most_shared: SharedNumber[];
}

/** Who may log in; `agents` are their ids in telephone systems. */
export interface UserSeen {
  username: string;
  name: string;
  role: "agent" | "supervisor" | "admin";
  team: string | null;
  agents: string[];
  locale: string | null;
  active: boolean;
}

/** `agents`: how many agents are not listed; null where they are. */
/** `password` comes once. */
export interface PasswordGiven {
  username: string;
  password: string;
  password_until: string;
}

export interface UsersSeen {
  count: number;
  users: UserSeen[];
  agents: { active: number; disabled: number } | null;
}

/** A key that differs, without its value; `restart`: why it cannot change now. */
export interface KeyChange {
  key: string;
  what: "added" | "removed" | "changed";
  restart: string | null;
}

export interface ConfigProblem {
  file: string;
  line: number;
  column: number;
  key: string;
  sentence: string;
  remedy: string;
}

/** What a reload, or a dry run of one, said. `changed` are the first of `changed_count`. */
export interface ReloadSeen {
  at: string;
  by: string;
  outcome: "switched" | "unchanged" | "refused" | "acceptable";
  changed: KeyChange[];
  changed_count: number;
  sources: string[];
  problems: ConfigProblem[];
  warnings: ConfigProblem[];
}

/** The configuration that runs. */
export interface ConfigurationSeen {
  file: string;
  loaded_at: string;
  can_reload: boolean;
  /** Seconds; 0: changed files are not taken by themselves. */
  watched_every_s: number;
  last: ReloadSeen | null;
}

export interface LookupTold {
  name: string;
  source: string;
  started_ms: number;
  ms: number;
  outcome: "ok" | "stale" | "empty" | "failed" | "timed_out";
  /** What went wrong, for agents. */
  message: string | null;
  /** The cause, for supervisors. */
  detail: string | null;
}

export interface CandidateTold {
  source: string;
  key: string;
  name: string;
  company: string | null;
  /** 0 to 1. */
  confidence: number;
  why: string;
}

interface ValueTold {
  value: string | number | boolean | null;
  source: string;
  age_s: number;
}

export interface FieldTold extends ValueTold {
  others?: ValueTold[];
}

export interface FacetTold {
  state: string;
  fields: Record<string, FieldTold>;
  rows: Record<string, FieldTold["value"]>[];
  rows_source: string | null;
  notes: { lookup: string; source: string; state: string; message: string | null }[];
}

/** What the lookups for a number found, as `screenpop explain --json`. */
export interface Found {
  number: string | null;
  country: string | null;
  raw: string | null;
  candidates: CandidateTold[];
  chosen: { source: string; key: string } | null;
  facets: Record<string, FacetTold>;
  /** In the order they began. */
  lookups: LookupTold[];
}
