// What must be known before the first word: how often they called, and what was promised?

import type { Pop } from "../state/model";
import type { DispositionChoice, FacetShape, Scalar } from "../wire/frames";
import { type Figure, figure } from "./verdict";

export type CallRow = Record<string, Scalar>;

const HOUR_MS = 3_600_000;
/** The same span as the fact `calls.last_2_days` of the sales policy. */
const OFTEN_MS = 48 * HOUR_MS;
const OPEN = ["open", "open_balance", "balance", "open_amount", "open_total"];

export function openBalance(pop: Pop, shapes: FacetShape[]): Figure | null {
  return figure(
    pop.facets,
    shapes.filter((shape) => shape.name === "balance"),
    OPEN,
  );
}

/** Is there a field that could say the balance? Its place is kept, whatever comes. */
export function saysBalance(shapes: FacetShape[]): boolean {
  const shape = shapes.find((each) => each.name === "balance");
  return shape?.fields.some((each) => OPEN.includes(each.name)) ?? false;
}

/** Calls of before this one, the newest first; null while they are not known. */
export function earlierCalls(pop: Pop): CallRow[] | null {
  const facet = pop.facets.interactions;
  if (facet?.state === "empty") return [];
  if (!facet || facet.rows.length === 0) return null;
  return [...facet.rows].sort((a, b) => atMs(b) - atMs(a));
}

export function atMs(row: CallRow): number {
  return Date.parse(String(row.at)) || 0;
}

/** Inbound calls in 48 h; one that comes in now counts. */
export function callsLately(pop: Pop, earlier: CallRow[]): number {
  const since = Date.parse(pop.arrived_at) - OFTEN_MS;
  const before = earlier.filter(
    (row) => row.direction === "inbound" && atMs(row) > since,
  );
  return before.length + (pop.direction === "inbound" ? 1 : 0);
}

/**
 * The newest call that promised to call back, by its result or note; null once a
 * later call was answered: what the fact `promise.call_back_at` says.
 */
export function callBackPromised(
  earlier: CallRow[],
  words: string[],
  choices: DispositionChoice[],
): CallRow | null {
  const wanted = words.map(plain);
  for (const row of earlier) {
    const choice = choices.find((each) => each.code === row.disposition);
    const written = plain(
      [row.disposition, choice?.label, row.note].filter(Boolean).join("\n"),
    );
    if (wanted.some((word) => written.includes(word))) return row;
    if (row.talk_s !== null && row.talk_s !== undefined) return null;
  }
  return null;
}

/** Does a result of this name promise a call back? */
export function saysCallBack(words: string[], choice: DispositionChoice): boolean {
  const written = plain(`${choice.code}\n${choice.label}`);
  return words.map(plain).some((word) => written.includes(word));
}

function plain(text: string): string {
  return text.toLocaleLowerCase().replace(/[_-]/g, " ");
}

/** How long the caller waited for this answer; null where that cannot be said. */
export function waitedMs(pop: Pop, nowMs: number): number | null {
  if (pop.direction !== "inbound" || pop.earlier_agents.length > 0) return null;
  const until = Date.parse(pop.answered_at ?? pop.ended_at ?? "") || nowMs;
  return Math.max(0, until - Date.parse(pop.arrived_at));
}
