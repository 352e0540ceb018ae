// Which of one's own calls are looked at? All of it stands in the address.

import { addDays } from "../shared/days";

/** What a search names; "" is whatever it is. */
export const NAMES = ["q", "direction", "part", "result", "queue", "note"] as const;
export type Name = (typeof NAMES)[number];

export interface Choice extends Record<Name, string> {
  /** First and last day, both in. */
  from: string;
  to: string;
}

export const PARTS = [
  "answered",
  "missed",
  "answered_elsewhere",
  "not_reached",
  "goes_on",
] as const;
const KNOWN: Partial<Record<Name, readonly string[]>> = {
  direction: ["inbound", "outbound", "internal"],
  part: PARTS,
  note: ["with", "without"],
};
const CHARS_MAX: Partial<Record<Name, number>> = { q: 100 };
const DAY = /^\d{4}-\d\d-\d\d$/;
const NO_SEARCH = { q: "", direction: "", part: "", result: "", queue: "", note: "" };

/** What does not fit is left out: an old or broken address opens the page. */
export function choiceOf(search: string, today: string): Choice {
  const query = new URLSearchParams(search);
  const day = (name: string, otherwise: string) => {
    const text = query.get(name) ?? "";
    return DAY.test(text) && !Number.isNaN(Date.parse(text)) ? text : otherwise;
  };
  const choice = {
    ...NO_SEARCH,
    from: day("from", addDays(today, -6)),
    to: day("to", today),
  };
  for (const name of NAMES) {
    const text = (query.get(name) ?? "").slice(0, CHARS_MAX[name] ?? 200);
    if (KNOWN[name]?.includes(text) ?? true) choice[name] = text;
  }
  return choice;
}

/** The same as an address has it; the days of the last week are left out. */
export function searchOf(choice: Choice, today: string): string {
  const query = searchQuery(choice);
  if (choice.from !== addDays(today, -6)) query.set("from", choice.from);
  if (choice.to !== today) query.set("to", choice.to);
  const text = query.toString();
  return text ? `?${text}` : "";
}

/** What is asked; null for a range that ends before it begins. */
export function pathOf(choice: Choice): string | null {
  const { from, to } = choice;
  if (!from || !to || from > to) return null;
  const range = `from=${from}&to=${addDays(to, 1)}`;
  const search = searchQuery(choice).toString();
  return `/v1/me/calls?${range}${search && `&${search}`}`;
}

export function isSearch(choice: Choice): boolean {
  return NAMES.some((name) => choice[name].trim() !== "");
}

export function cleared(choice: Choice): Choice {
  return { ...choice, ...NO_SEARCH };
}

function searchQuery(choice: Choice): URLSearchParams {
  const query = new URLSearchParams();
  for (const name of NAMES) {
    const text = choice[name].trim();
    if (text) query.set(name, text);
  }
  return query;
}
