// How does what a dialect made of a request read?

import { t, textsOf } from "../i18n/words";
import type {
  Canary,
  EventSeen,
  Expiring,
  Feed,
  LookupTold,
  Ranking,
  RequestSeen,
  SharedNumber,
  Source,
  Stream,
  UserSeen,
  Verdict,
} from "./answers";

export const VERDICTS: Record<Verdict, string> = textsOf({
  events: "admin.verdict_events",
  ignored: "admin.verdict_ignored",
  handshake: "admin.verdict_handshake",
  lookup: "admin.verdict_lookup",
  refused: "admin.verdict_refused",
  failed: "admin.verdict_failed",
});

export const STATES: Record<Source["state"], string> = textsOf({
  working: "admin.working",
  failing: "admin.failing",
  left_alone: "admin.circuit_breaker_open",
  unasked: "admin.not_asked_yet",
  off: "admin.switched_off",
});

export function canaryInWords({ number, outcome, missing, why }: Canary): string {
  switch (outcome) {
    case "incomplete":
      return t("admin.canary_incomplete", { number, missing: missing.join(", ") });
    case "failed":
      return t("admin.canary_failed", { number, why: why ?? "" });
    default:
      return t("admin.canary_not_found", { number });
  }
}

const EXPIRING: Record<Expiring["kind"], string> = textsOf({
  key: "admin.expiry_key",
  token: "admin.expiry_token",
  client_certificate: "admin.expiry_client_certificate",
  server_certificate: "admin.expiry_server_certificate",
});

export function expiryInWords({ kind, days_left: n, state }: Expiring): string {
  const what = EXPIRING[kind];
  if (n < 0) return t("admin.has_expired", { what });
  if (state === "good") return t("admin.expires_in", { n, what });
  if (n === 0) return t("admin.expires_today", { what });
  return t("admin.expires_in_soon", { n, what });
}

export const LOOKUP_OUTCOMES: Record<LookupTold["outcome"], string> = textsOf({
  ok: "admin.lookup_ok",
  stale: "admin.lookup_stale",
  empty: "admin.lookup_empty",
  failed: "admin.lookup_failed",
  timed_out: "admin.lookup_timed_out",
});

export const ROLES: Record<UserSeen["role"], string> = textsOf({
  agent: "admin.role_agent",
  supervisor: "admin.role_supervisor",
  admin: "admin.role_admin",
});

/** Of a facet; another one is shown as it came. */
export const FIELD_STATES: Readonly<Record<string, string | undefined>> = textsOf({
  fresh: "admin.lookup_ok",
  stale: "admin.lookup_stale",
  pending: "admin.state_pending",
  empty: "admin.lookup_empty",
  failed: "admin.lookup_failed",
  timed_out: "admin.lookup_timed_out",
  withheld: "admin.number_withheld",
});

export const SHARING: Record<SharedNumber["of"], string> = textsOf({
  "main number": "admin.main_number_with_extensions",
  company: "admin.one_company",
  several: "admin.household_or_duplicate",
});

export const TASKS: Record<Ranking["task"], string> = textsOf({
  likely_next: "admin.likely_to_buy_next",
  new: "admin.new_to_the_customer",
  goes_with: "admin.goes_with_the_order",
  goes_with_anyone: "admin.goes_with_it_unknown_customer",
});

export const PHASES: Record<Feed["phase"], string> = textsOf({
  waiting: "admin.waiting_for_the_next_reading",
  items: "admin.reading_items",
  orders: "admin.reading_orders",
  ending: "admin.removing_what_is_gone",
});

/** Whether a switch is listened to, e.g. `connected 3 h ago; 2 reconnects`. */
export function connection(stream: Stream, ago: (at: string) => string): string {
  const again = Math.max(0, stream.connections - 1);
  const parts = [
    stream.connected_since
      ? t("admin.connected", { since: ago(stream.connected_since) })
      : t("admin.not_connected"),
    again === 1 ? t("admin.reconnects", { n: 1 }) : t("admin.reconnects", { n: again }),
    stream.last_message_at
      ? t("admin.last_message", { last_message_at: ago(stream.last_message_at) })
      : t("admin.no_message_yet"),
  ];
  return parts.join("; ");
}

/** One line that says what a request was, e.g. `alerting at 1001, +44…`. */
export function summary(request: RequestSeen): string {
  if (request.why) return request.why;
  if (request.verdict === "handshake") return t("admin.a_handshake_answered");
  if (request.verdict === "lookup") return t("admin.asks_who_is_calling_answered");
  return request.events.map(brief).join("; ") || t("admin.no_event_in_it");
}

function brief(event: EventSeen): string {
  if (event.type === "ignored")
    return t("admin.ignored_because", { why: event.why ?? "" });
  const agents = texts(event.agents);
  const who = event.withheld ? t("admin.number_withheld") : text(event.from);
  const where = text(event.queue);
  const parts = [
    agents.length > 0 && t("admin.at_agents", { agents: agents.join(", ") }),
    where && t("admin.in_queue", { where }),
    who,
  ];
  const said = parts.filter(Boolean).join(", ");
  return said ? `${event.type} ${said}` : event.type;
}

/** What an event holds, without what it does not say. */
export function fieldsOf(event: EventSeen): [string, string][] {
  return Object.entries(event)
    .filter(([name]) => name !== "type")
    .map(([name, value]): [string, string] => [name.replaceAll("_", " "), text(value)])
    .filter(([, value]) => value !== "");
}

function text(value: unknown): string {
  if (value === null || value === undefined || value === false) return "";
  if (value === true) return "yes";
  if (Array.isArray(value)) return texts(value).join(", ");
  if (typeof value === "object") {
    return Object.entries(value)
      .map(([name, inner]) => `${name}: ${text(inner)}`)
      .join(", ");
  }
  return String(value);
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.map(text) : [];
}

/** JSON is indented, fields of a form stand one below the other. */
export function readable(body: string): string {
  try {
    const value = JSON.parse(body) as unknown;
    if (typeof value === "object" && value !== null) {
      return JSON.stringify(value, null, 2);
    }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  return /^[\w.[\]%-]+=[^\s]*$/.test(body)
    ? body.split("&").map(plain).join("\n")
    : body;
}

function plain(pair: string): string {
  try {
    return decodeURIComponent(pair.replaceAll("+", " ")).replace("=", " = ");
  } catch (error) {
    if (error instanceof URIError) return pair;
    throw error;
  }
}
