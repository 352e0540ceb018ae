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
  return widthOf(column, columns) + minor;
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

/** Do these need more width than the narrowest list has, without the minor ones? */
export function overflows(columns: Column[]): boolean {
  const main = columns.filter((column) => !isMinor(column, columns));
  return needed(main, columns, WORDS_REM) > NARROW_REM;
}

/** The one whose words name the row. */
export function nameOf(columns: Column[]): Column | undefined {
  return columns.find(({ name }) => LONG.includes(name)) ?? columns[0];
}

function needed(some: Column[], columns: Column[], wordsRem: number): number {
  return some.reduce((sum, column) => {
    const long = LONG.includes(column.name);
    return sum + (long ? wordsRem : NEEDS[widthOf(column, columns)]);
  }, 0);
}

/** Of 26 rem, from which on facets.css shows them, without the margins. */
const MINOR_REM = 24.5;
/** What words are given before a minor column is. */
const WORDS_FIRST_REM = 9;

/** All columns need more than the list in which minor ones are shown: they come later. */
function scarce(columns: Column[]): string {
  return needed(columns, columns, WORDS_FIRST_REM) > MINOR_REM ? " scarce" : "";
}

function widthOf(column: Column, columns: Column[]): Width {
  if (column.type === "money") return "right";
  if (COUNTS.has(column.type)) return "right count";
  if (DATES.has(column.type)) return "date";
  const long = columns.some((each) => LONG.includes(each.name));
  return long && !LONG.includes(column.name) ? "short" : "text";
}
