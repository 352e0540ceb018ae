// What do `GET /v1/me`, `/v1/me/calls` and `/v1/me/data` answer, and how does it read?

import { said } from "../i18n/said";
import { lowered, t, textsOf } from "../i18n/words";
import { duration, viewerFormats } from "../shared/format";

export interface Me {
  at: string;
  time_zone: string;
  state: { state: string; telephone: string; since: string | null } | null;
  counters: { name: string; label: string; formula: string }[];
  figures: Figures[];
  results: { code: string; label: string }[];
  /** Of one's calls of 28 days. */
  queues: { name: string; label: string }[];
  /** Who waits now in the queues that one serves. */
  waiting: {
    queue: string;
    label: string;
    waiting: number;
    oldest_at: string | null;
  }[];
}

export interface Figures {
  period: string;
  from: string;
  values: Record<string, number | Record<string, number>>;
}

export interface OwnCall {
  line: string;
  call_id: string;
  occurrence: number;
  direction: string;
  arrived_at: string;
  caller: string;
  name: string | null;
  queue: string | null;
  queue_label: string | null;
  part: string;
  talk_s: number | null;
  result: string | null;
  result_label: string | null;
  note: string;
}

export interface OwnCalls {
  time_zone: string;
  calls: OwnCall[];
  before: string | null;
  searched_to: string | null;
}

export type Value = string | number | boolean | null | Value[];
export type Row = Record<string, Value>;

export interface Section {
  name: string;
  label: string;
  text: string;
  kept: string;
  rows: Row[];
  next_to: string | null;
}

export interface Stored {
  at: string;
  user: string;
  sections: Section[];
  elsewhere: { label: string; text: string; kept: string }[];
  not_stored: string[];
}

export const NONE = "–";

/** Talk time is a time, all others are counts. */
export function figure(figures: Figures, name: string): string {
  const value = figures.values[name];
  if (typeof value !== "number") return NONE;
  return name.endsWith("_s") ? duration(value) : viewerFormats().count(value);
}

/** Results that were chosen in any period, most of the longest period first. */
export function resultRows(me: Me): { label: string; counts: number[] }[] {
  const each = me.figures.map((figures) => countsIn(figures));
  const codes = new Set(each.flatMap((counts) => Object.keys(counts)));
  const labels = new Map(me.results.map(({ code, label }) => [code, label]));
  const rows = [...codes].map((code) => ({
    label: labels.get(code) ?? code,
    counts: each.map((counts) => counts[code] ?? 0),
  }));
  const last = me.figures.length - 1;
  return rows.sort(
    (a, b) =>
      (b.counts[last] ?? 0) - (a.counts[last] ?? 0) || a.label.localeCompare(b.label),
  );
}

function countsIn(figures: Figures): Record<string, number> {
  const found = figures.values.results;
  return typeof found === "object" ? found : {};
}

export function periodWords(period: string): string {
  return period === "today"
    ? t("me.today")
    : t("me.last_days", { n: Number.parseInt(period, 10) });
}

const STATES: Record<string, string> = textsOf({
  available: "me.available",
  break: "me.on_a_break",
  wrap_up: "me.wrap_up",
  offline: "me.offline",
});
const TELEPHONES: Record<string, string> = textsOf({
  alerting: "me.ringing",
  talking: "me.on_a_call",
  held: "me.on_a_call_on_hold",
});

/** `Available, on a call, since 20 Nov 2026, 09:12:03`. */
export function stateWords(me: Me): string | null {
  if (!me.state) return null;
  const { state, telephone, since } = me.state;
  const words = [STATES[state] ?? state, TELEPHONES[telephone]].filter(Boolean);
  if (since)
    words.push(
      t("me.since", { moment: viewerFormats().momentIn(since, me.time_zone) }),
    );
  return words.join(", ");
}

const PARTS: Record<string, string> = textsOf({
  answered: "me.answered",
  missed: "me.missed",
  answered_elsewhere: "me.answered_elsewhere",
  not_reached: "me.not_reached",
  goes_on: "me.goes_on",
  transferred: "me.transferred_before_an_answer",
  left: "me.left_before_an_answer",
  time_limit: "me.no_end_was_reported",
  cleared: "me.ended_by_hand",
});

/** What the person did in a call, and whether they made it. */
export function partWords(call: OwnCall): string {
  const words = PARTS[call.part] ?? call.part;
  return call.direction === "outbound"
    ? t("me.you_called", { to_lower_case: lowered(words) })
    : words;
}

const NAMES: Record<string, string> = textsOf({
  agent: "me.telephone",
  agents: "me.telephones",
  at: "me.when",
  call_id: "me.call",
  code: "me.result",
  do: "me.what",
  key: "me.key",
  object: "me.of_what",
  painted_ms: "me.painted_after_ms",
  ring_to_pop_ms: "me.ring_to_card_ms",
  token_epoch: "me.sessions_ended",
  username: "me.user_name",
});

/** `arrived_at` reads `Arrived`, `has_password` reads `Has password`. */
export function columnName(key: string): string {
  const plain = key.replace(/_at$/, "").replaceAll("_", " ");
  return NAMES[key] ?? said(plain.charAt(0).toUpperCase() + plain.slice(1));
}

const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

/** Columns whose values are words of the service, not of people or sources. */
const CODES = ["role", "state", "release"];

export function cellWords(key: string, value: Value | undefined, zone: string): string {
  if (value === null || value === undefined || value === "") return NONE;
  if (Array.isArray(value)) {
    return value.map((each) => cellWords(key, each, zone)).join(", ") || NONE;
  }
  if (typeof value === "boolean") return value ? t("common.yes") : t("common.no");
  if (typeof value !== "string") return String(value);
  if (key === "action") return ACTIONS[value] ?? value;
  if (key === "detail") return detailWords(value, zone);
  if (CODES.includes(key)) return said(value);
  return MOMENT.test(value) ? viewerFormats().momentIn(value, zone) : value;
}

const ACTIONS: Record<string, string> = textsOf({
  "agents.seen": "me.looked_at_a_page_that",
  "call.over": "me.ended_a_call",
  "call.read": "me.opened_a_call",
  lookup: "me.looked_up_a_number",
  "stats.calls": "me.opened_the_calls_behind_a",
  "token.create": "me.made_a_token",
  "token.revoke": "me.revoked_a_token",
  "user.change": "me.changed_the_account",
  "user.create": "me.created_the_account",
  "user.end_sessions": "me.ended_all_sessions",
  "user.password": "me.set_the_password",
});

/** The audit has settings as JSON: `Role: agent, Telephones: 1001`. */
function detailWords(detail: string, zone: string): string {
  const settings = parsed(detail);
  if (settings === null || typeof settings !== "object") return detail;
  const words = Object.entries(settings as Record<string, Value>)
    .filter(([, value]) => !isEmpty(value))
    .map(([key, value]) => {
      const list = typeof value === "string" ? parsed(value) : null;
      const shown = Array.isArray(list) ? (list as Value[]) : value;
      return `${columnName(key)}: ${cellWords(key, shown, zone)}`;
    });
  return words.join(", ") || NONE;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** The time first. Columns that say nothing are left out; the file has them all. */
export function columnsOf(rows: Row[]): string[] {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const told = names.filter(
    (name) => name !== "occurrence" && rows.some((row) => !isEmpty(row[name])),
  );
  const first = ["at", "arrived_at"].find((name) => told.includes(name));
  return first ? [first, ...told.filter((name) => name !== first)] : told;
}

function isEmpty(value: Value | undefined): boolean {
  return value === null || value === undefined || value === "";
}

/** `No rows`, `1 row`, `100 rows, and older ones`. */
export function rowsWords(section: Section): string {
  const count = section.rows.length;
  if (count === 0) return section.next_to ? t("me.only_older_rows") : t("me.nothing");
  const rows = count === 1 ? t("me.n_rows", { n: 1 }) : t("me.n_rows", { n: count });
  return section.next_to ? t("me.and_older_ones", { rows }) : rows;
}
