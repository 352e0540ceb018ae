// What does `GET /v1/calls/{call_id}` answer about a past call?

import type { OwnCall } from "./answers";

export interface Leg {
  name: string | null;
  alerting_at: string | null;
  answered_at: string | null;
  released_at: string | null;
}

interface Author {
  user: string | null;
  name: string | null;
  at: string;
}

export interface Said extends Author {
  text: string;
}

export interface WholeCall {
  arrived_at: string;
  answered_at: string | null;
  ended_at: string | null;
  caller: { display: string };
  queue: string | null;
  queue_label: string | null;
  line_label: string;
  facet_labels: Record<string, string>;
  dialled: string | null;
  outcome: string | null;
  talk_s: number | null;
  legs: Leg[];
  events: { type: string; at: string }[];
  shown: { lookup: string; facet: string; source: string; state: string; at: string }[];
  notes: Said[];
  handovers: Said[];
  results: (Author & { code: string })[];
}

export function pathOfCall(call: OwnCall, what = ""): string {
  const which = new URLSearchParams({
    line: call.line,
    occurrence: String(call.occurrence),
  });
  return `/v1/calls/${encodeURIComponent(call.call_id)}${what}?${which}`;
}

/** From the arrival to the first answer, or to the end; null while it goes on. */
export function waitedS({
  arrived_at,
  answered_at,
  ended_at,
}: WholeCall): number | null {
  const until = answered_at ?? ended_at;
  if (!until) return null;
  return Math.max(0, (Date.parse(until) - Date.parse(arrived_at)) / 1000);
}

/** `kind` says what was written, where it is not a note. */
export function named(said: Said[], kind = ""): (Said & { kind: string })[] {
  return said.filter(({ text }) => text.trim()).map((each) => ({ ...each, kind }));
}
