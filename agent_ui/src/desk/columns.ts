// How wide is each column of a list, and which ones make room for the others?

import type { Column } from "../wire/frames";

const COUNTS = new Set<Column["type"]>(["number", "integer", "percent"]);
export const DATES = new Set<Column["type"]>(["date", "datetime"]);
/** Columns whose words need whatever width is left. */
const LONG = ["product", "items", "subject", "name", "text", "note"];

/** Left out first where room is short; a wider window shows them. */
const MINOR = ["sku", "status", "quantity", "assignee", "owner", "kind", "serial"];

/** How wide a column is follows from its type, so that no value moves another. */
export function classOf(column: Column, columns: Column[]): string {
  const minor = isMinor(column, columns) ? ` minor${scarce(columns)}` : "";
  const beyond = beyondNarrow(columns).has(column.name) ? " beyond" : "";
  return widthOf(column, columns) + minor + beyond;
}

function isMinor({ name }: Column, columns: Column[]): boolean {
  const has = (other: string) => columns.some((each) => each.name === other);
  const implied = (name === "date" && has("due")) || (name === "total" && has("open"));
  return implied || MINOR.includes(name);
}

type Width = "right" | "right count" | "date" | "short" | "text";

/** In rem, at the narrowest that still can be read; facets.css has the widths. */
const NEEDS: Record<Width, number> = {
  right: 5.5,
  "right count": 4.75,
  date: 4.75,
  short: 5,
  text: 4.5,
};
const WORDS_REM = 6.5;
const NARROW_REM = 18;

/** Columns that do not fit in a narrow list next to its words. */
export function beyondNarrow(columns: Column[]): Set<string> {
  const words = columns.filter((column) => LONG.includes(column.name));
  const beyond = new Set<string>();
  let left = NARROW_REM;
  for (const column of new Set([...words, ...columns])) {
    if (isMinor(column, columns)) continue;
    const long = words.includes(column);
    left -= long ? WORDS_REM : NEEDS[widthOf(column, columns)];
    if (left < 0) beyond.add(column.name);
  }
  return beyond;
}

const MINOR_REM = 26;

/** All columns need more than the list in which minor ones are shown: they come later. */
function scarce(columns: Column[]): string {
  const needs = columns.map((column) =>
    LONG.includes(column.name) ? WORDS_REM : NEEDS[widthOf(column, columns)],
  );
  return needs.reduce((sum, each) => sum + each, 0) > MINOR_REM ? " scarce" : "";
}

function widthOf(column: Column, columns: Column[]): Width {
  if (column.type === "money") return "right";
  if (COUNTS.has(column.type)) return "right count";
  if (DATES.has(column.type)) return "date";
  const long = columns.some((each) => LONG.includes(each.name));
  return long && !LONG.includes(column.name) ? "short" : "text";
}
