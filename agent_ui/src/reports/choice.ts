// What is looked at? All of it stands in the address, so that it can be shared.

import { addDays, daysBetween } from "./words";

export const VIEWS = [
  "calls",
  "week",
  "pops",
  "alerts",
  "forecast",
  "compare",
] as const;
export type View = (typeof VIEWS)[number];
export const BYS = ["15m", "30m", "60m", "day", "week", "month"] as const;
export const KINDS = ["outcome", "result", "customer", "dialled"] as const;
export type Kind = (typeof KINDS)[number];
export type By = (typeof BYS)[number];

/** The list of calls behind a number, between two moments. */
export interface Opened {
  numbers: string[];
  from: string;
  to: string;
  queue?: string;
  line?: string;
  dialled?: string;
  team?: string;
  /** Of how calls ended, in place of numbers. */
  kind?: Kind;
  name?: string;
  /** Of them only those with this last result. */
  result?: string;
  /** So many days after a call an order counts. */
  days?: number;
  /** Of a kind; else of what cards did, of a facet where one is named. */
  figure?: string;
  facet?: string;
}

export interface Choice {
  view: View;
  /** First and last day, both in; none: today. */
  from: string | null;
  to: string | null;
  by: By | null;
  queue: string | null;
  line: string | null;
  dialled: string | null;
  /** Of the heat map, and of another tool. */
  number: string;
  /** What another tool shows, as it is written there. */
  value: string | null;
  group: "queue" | "line" | "dialled" | "team";
  /** By what the table of how calls ended is. */
  kind: Kind;
  /** Whose alerts. */
  rule: string | null;
  /** Of the forecast. */
  days: number;
  interval: number;
  day: string | null;
  agents: number | null;
  away: number;
  until: string | null;
  goals: Record<string, string>;
  open: Opened | null;
}

export const GOALS = [
  "service_level",
  "within_s",
  "occupancy_max",
  "abandon_max",
  "shrinkage",
  "wrap_up_s",
] as const;

export const USUAL: Choice = {
  view: "calls",
  from: null,
  to: null,
  by: null,
  queue: null,
  line: null,
  dialled: null,
  number: "offered",
  value: null,
  group: "queue",
  kind: "outcome",
  rule: null,
  days: 7,
  interval: 30,
  day: null,
  agents: null,
  away: 2,
  until: null,
  goals: {},
  open: null,
};

const DAY = /^\d{4}-\d\d-\d\d$/;
const GROUPS = ["queue", "line", "dialled"] as const;

/** What does not fit is left out: an old or broken address opens the page. */
export function choiceOf(search: string): Choice {
  const query = new URLSearchParams(search);
  const day = (name: string) => {
    const text = query.get(name) ?? "";
    return DAY.test(text) && !Number.isNaN(Date.parse(text)) ? text : null;
  };
  const from = day("from");
  const to = day("to") ?? from;
  const goals: Record<string, string> = {};
  for (const name of GOALS) {
    const text = query.get(name);
    if (text) goals[name] = text;
  }
  return {
    view: oneOf(VIEWS, query.get("view")) ?? USUAL.view,
    from,
    to: from && to && to < from ? from : to,
    by: oneOf(BYS, query.get("by")),
    queue: query.get("queue"),
    line: query.get("line"),
    dialled: query.get("dialled"),
    number: query.get("number") ?? USUAL.number,
    value: query.get("value"),
    group: oneOf([...GROUPS, "team"] as const, query.get("group")) ?? USUAL.group,
    kind: oneOf(KINDS, query.get("kind")) ?? USUAL.kind,
    rule: query.get("rule"),
    days: whole(query.get("days"), 1, 28) ?? USUAL.days,
    interval: whole(query.get("interval"), 15, 60) ?? USUAL.interval,
    day: day("day"),
    agents: whole(query.get("agents"), 0, 10_000),
    away: whole(query.get("away"), 0, 10) ?? USUAL.away,
    until: query.get("until"),
    goals,
    open: openedOf(query.get("open")),
  };
}

export function searchOf(choice: Choice): string {
  const query = new URLSearchParams();
  for (const name of Object.keys(USUAL) as (keyof Choice)[]) {
    if (name === "goals" || name === "open") continue;
    const value = choice[name];
    if (value !== null && value !== USUAL[name]) query.set(name, String(value));
  }
  for (const [name, value] of Object.entries(choice.goals)) query.set(name, value);
  if (choice.open) query.set("open", openedText(choice.open));
  const text = query.toString();
  return text ? `?${text}` : "";
}

/** From fine to coarse, by how long the range is; what the person chose if it fits. */
export function fittingBy(from: string, to: string, wanted: By | null): By {
  const days = daysBetween(from, to) + 1;
  const finest: By = days <= 2 ? "15m" : days <= 31 ? "30m" : "60m";
  const usual: By = days <= 2 ? "30m" : days <= 60 ? "day" : "week";
  if (wanted === null) return usual;
  const allowed = days <= 120 ? BYS.slice(BYS.indexOf(finest)) : BYS.slice(3);
  return allowed.includes(wanted) ? wanted : usual;
}

export function placesQuery(choice: Choice): URLSearchParams {
  const query = new URLSearchParams();
  for (const name of GROUPS) {
    const value = choice[name];
    if (value !== null) query.set(name, value);
  }
  return query;
}

export function rangeQuery(choice: Choice, from: string, to: string): URLSearchParams {
  const query = placesQuery(choice);
  query.set("from", from);
  query.set("to", addDays(to, 1));
  return query;
}

/** Alerts that were open at some moment of these days. */
export function alertsQuery(choice: Choice, from: string, to: string): URLSearchParams {
  const days = { from, to: addDays(to, 1) };
  const query = new URLSearchParams({ state: "all", ...days, limit: "1000" });
  if (choice.rule !== null) query.set("name", choice.rule);
  return query;
}

export function forecastQuery(choice: Choice): URLSearchParams {
  const query = new URLSearchParams({
    days: String(choice.days),
    interval: String(choice.interval),
    ...choice.goals,
  });
  if (choice.queue !== null) query.set("queue", choice.queue);
  if (choice.agents !== null) query.set("agents", String(choice.agents));
  return query;
}

export function callsQuery(opened: Opened): URLSearchParams {
  const query = new URLSearchParams({ from: opened.from, to: opened.to });
  for (const number of opened.numbers) query.append("number", number);
  for (const name of [...GROUPS, "team"] as const) {
    const value = opened[name];
    if (value !== undefined) query.set(name, value);
  }
  if (opened.figure) query.set("figure", opened.figure);
  if (opened.facet) query.set("facet", opened.facet);
  if (opened.kind) {
    query.set("group", opened.kind);
    query.set("name", opened.name ?? "");
    if (opened.result !== undefined) query.set("result", opened.result);
    if (opened.days !== undefined) query.set("orders_days", String(opened.days));
  }
  return query;
}

function openedText(opened: Opened): string {
  return callsQuery(opened).toString();
}

function openedOf(text: string | null): Opened | null {
  if (!text) return null;
  const query = new URLSearchParams(text);
  const [from, to] = [query.get("from"), query.get("to")];
  const numbers = query.getAll("number");
  const kind = oneOf(KINDS, query.get("group"));
  const figure = query.get("figure");
  if (!from || !to || (numbers.length === 0 && !kind && !figure)) return null;
  const opened: Opened = { numbers, from, to };
  if (figure) opened.figure = figure;
  const facet = query.get("facet");
  if (facet) opened.facet = facet;
  if (kind) {
    Object.assign(opened, { kind, name: query.get("name") ?? "" });
    const result = query.get("result");
    if (result !== null) opened.result = result;
    const days = whole(query.get("orders_days"), 1, 60);
    if (days !== null) opened.days = days;
  }
  for (const name of [...GROUPS, "team"] as const) {
    const value = query.get(name);
    if (value !== null) opened[name] = value;
  }
  return opened;
}

function oneOf<T extends string>(all: readonly T[], text: string | null): T | null {
  return all.find((each) => each === text) ?? null;
}

function whole(text: string | null, least: number, most: number): number | null {
  if (text === null || !/^\d{1,6}$/.test(text)) return null;
  const value = Number(text);
  return value >= least && value <= most ? value : null;
}
