// What happened with this customer, in the order of time, from what the facets have?

import type { Pop } from "../state/model";
import type { Column, Facet, FacetShape, Scalar } from "../wire/frames";
import { DATES } from "./columns";

export type Row = Record<string, Scalar>;

/** `CALL_BACKS`, or the name of a facet. */
export type Kind = string;
export const CALL_BACKS = "call_backs";

export interface Entry {
  /** The same for the same row, as long as its facet does not change. */
  id: string;
  kind: Kind;
  /** Null: its source gave no date. */
  atMs: number | null;
  /** A day of the calendar, without a time. */
  isDay: boolean;
  /** Null: this service. */
  source: string | null;
  row: Row;
  /** Without the one that dates the entry. */
  columns: Column[];
}

/** Which column dates a row of a built-in facet. */
const DATED_BY: Record<string, readonly string[]> = {
  interactions: ["at"],
  notes: ["at"],
  sales_history: ["date"],
  tickets: ["opened_at", "updated_at"],
  balance: ["date", "due"],
};
const NO_EVENTS = [
  "identity",
  "credit_terms",
  "frequent_items",
  "yearly_totals",
  "recommendations",
  "goes_with",
  "outlook",
  "opportunities",
  "entitlements",
];

/** Entries of all facets whose rows are events, the newest first, undated ones last. */
export function timelineOf(pop: Pop, shapes: FacetShape[]): Entry[] {
  const rows = eventShapes(shapes).flatMap((shape) => entriesOf(pop, shape));
  return [...callBacksOf(pop), ...rows].sort(newestFirst);
}

/** Facets with rows that have a date; own facets by their first column that is one. */
export function eventShapes(shapes: FacetShape[]): FacetShape[] {
  return shapes.filter((shape) => dating(shape).length > 0);
}

/** Facets without an answer, or without a newer one: the line may lack something. */
export function unanswered(pop: Pop, shapes: FacetShape[]) {
  const all = eventShapes(shapes);
  const state = ({ name }: FacetShape) => pop.facets[name]?.state ?? "pending";
  return {
    asking: all.filter((shape) => state(shape) === "pending"),
    failed: all.filter((shape) => ["failed", "timed_out"].includes(state(shape))),
  };
}

function dating({ name, columns }: FacetShape): Column[] {
  if (NO_EVENTS.includes(name)) return [];
  const names = DATED_BY[name];
  if (!names) return columns.filter(({ type }) => DATES.has(type)).slice(0, 1);
  return names.flatMap((each) => columns.filter((column) => column.name === each));
}

function entriesOf(pop: Pop, shape: FacetShape): Entry[] {
  const facet: Facet | undefined = pop.facets[shape.name];
  const dates = dating(shape);
  return (facet?.rows ?? []).map((row, at) => {
    const by = dates.find(({ name }) => Number.isFinite(momentOf(row[name])));
    const value = by ? row[by.name] : null;
    return {
      id: `${shape.name}/${at}`,
      kind: shape.name,
      atMs: by ? momentOf(value) : null,
      isDay: DAY.test(String(value)),
      source: facet?.rows_source ?? null,
      row,
      columns: shape.columns.filter((column) => column !== by),
    };
  });
}

const DAY = /^\d{4}-\d\d-\d\d$/;

/** A day without a time begins in the zone of who reads it. */
function momentOf(value: Scalar | undefined): number {
  const text = String(value ?? "");
  return Date.parse(DAY.test(text) ? `${text}T00:00` : text);
}

/** What was promised before this call, and on it. */
function callBacksOf(pop: Pop): Entry[] {
  const made = pop.callBackAt ? { at: pop.callBackAt, by: null } : null;
  return [pop.promised, made].flatMap((each, at) =>
    each
      ? {
          id: `${CALL_BACKS}/${at}`,
          kind: CALL_BACKS,
          atMs: momentOf(each.at),
          isDay: false,
          source: null,
          row: { by: each.by },
          columns: [],
        }
      : [],
  );
}

function newestFirst(a: Entry, b: Entry): number {
  return (b.atMs ?? Number.NEGATIVE_INFINITY) - (a.atMs ?? Number.NEGATIVE_INFINITY);
}

export type Span = "planned" | "today" | "yesterday" | "day" | "month" | "undated";

export interface Group {
  span: Span;
  /** The day that the group has, or the first day of its month; "" where none. */
  day: string;
  entries: Entry[];
}

const DAYS_APART = 7;

/** By day for a week, by month before that. */
export function groupsOf(entries: Entry[], nowMs: number): Group[] {
  const groups: Group[] = [];
  for (const entry of entries) {
    const [span, day] = spanOf(entry, nowMs);
    const last = groups.at(-1);
    if (last?.span === span && last.day === day) last.entries.push(entry);
    else groups.push({ span, day, entries: [entry] });
  }
  return groups;
}

function spanOf({ atMs }: Entry, nowMs: number): [Span, string] {
  if (atMs === null) return ["undated", ""];
  if (atMs > nowMs) return ["planned", ""];
  const day = dayOf(atMs);
  if (day === dayOf(nowMs)) return ["today", day];
  if (day === daysBefore(nowMs, 1)) return ["yesterday", day];
  if (day > daysBefore(nowMs, DAYS_APART)) return ["day", day];
  return ["month", `${day.slice(0, 7)}-01`];
}

function daysBefore(atMs: number, days: number): string {
  const at = new Date(atMs);
  at.setDate(at.getDate() - days); // a day may have 23 hours
  return dayOf(at.getTime());
}

/** `2026-11-29` in the zone of who reads it. */
export function dayOf(atMs: number): string {
  const at = new Date(atMs);
  const two = (n: number) => String(n).padStart(2, "0");
  const year = String(at.getFullYear()).padStart(4, "0");
  return `${year}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

/** `2026-11-29T09:30` in the zone of who reads it. */
export function wallClock(atMs: number): string {
  const at = new Date(atMs);
  const two = (n: number) => String(n).padStart(2, "0");
  return `${dayOf(atMs)}T${two(at.getHours())}:${two(at.getMinutes())}`;
}

/** What makes a row itself, whichever place it has among others. */
export function keyOfEntry({ kind, row }: Entry): string {
  return `${kind} ${JSON.stringify(row)}`;
}
