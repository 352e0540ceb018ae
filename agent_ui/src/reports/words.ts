// How do numbers, days and intervals read?

import { addDays, momentIn } from "../shared/days";
import { averageDuration } from "../shared/format";
import type { Band, Unit } from "./answers";

export { addDays, momentIn };

export const NONE = "–";
const NO_BREAK = "\u00a0";
const WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const MONTHS = [
  "Jan",
  "Feb",
  "Mar",
  "Apr",
  "May",
  "Jun",
  "Jul",
  "Aug",
  "Sep",
  "Oct",
  "Nov",
  "Dec",
];

/** `12`, `83 %`, `1:23`; a dash for none. */
export function shown(value: number | null | undefined, unit: Unit): string {
  if (value === null || value === undefined) return NONE;
  if (unit === "ratio") return percent(value);
  if (unit === "seconds") return averageDuration(value);
  return count(value);
}

/** Are there calls behind a number? */
export function opens(value: number | null, unit: Unit): boolean {
  return value !== null && (unit !== "calls" || value > 0);
}

function percent(share: number): string {
  const rounded = Math.round(share * 1000) / 10;
  // a share that is not whole does not read as if it were
  const text = share < 1 && rounded === 100 ? "99.9" : String(rounded);
  return `${text}${NO_BREAK}%`;
}

function count(value: number): string {
  // a tenth of a call says nothing where there are many
  const rounded = value >= 20 ? Math.round(value) : Math.round(value * 10) / 10;
  return rounded.toLocaleString("en-GB");
}

/** `usual 12 (9 to 15)`. */
export function usualWords(band: Band | null | undefined, unit: Unit): string {
  if (!band) return "";
  const [low, median, high] = band.map((value) => shown(value, unit));
  return `usual ${median} (${low} to ${high})`;
}

/** Above, below or as usual: in words, not by colour alone. */
export function against(value: number | null, band: Band | null | undefined): string {
  if (value === null || !band) return "";
  if (value > band[2]) return "above usual";
  return value < band[0] ? "below usual" : "as usual";
}

/** The wall clock of a time with an offset: its text says it. */
export function clock(iso: string): string {
  return iso.slice(11, 16);
}

export function dayOf(iso: string): string {
  return iso.slice(0, 10);
}

/** `Sat 28 Nov`; with the year where it is not this one. */
export function dayWords(day: string, thisYear?: string): string {
  const [year = "", month = "1", date = "1"] = day.split("-");
  const name = `${weekday(day)} ${Number(date)} ${MONTHS[Number(month) - 1]}`;
  return thisYear === undefined || year === thisYear ? name : `${name} ${year}`;
}

function weekday(day: string): string {
  return WEEKDAYS[(new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7] ?? "";
}

export function weekdayName(place: number): string {
  return WEEKDAYS[place] ?? "";
}

/** What an interval is called: its time, its day, or both. */
export function intervalWords(
  start: string,
  end: string,
  by: string,
  oneDay: boolean,
): string {
  if (by.endsWith("m")) {
    const times = `${clock(start)}–${clock(end)}`;
    return oneDay ? times : `${dayWords(dayOf(start))} ${times}`;
  }
  if (by === "day") return dayWords(dayOf(start));
  const last = addDays(dayOf(end), clock(end) === "00:00" ? -1 : 0);
  return `${dayWords(dayOf(start))} to ${dayWords(last)}`;
}

/** In little room, for an axis. */
export function axisWords(start: string, by: string, oneDay: boolean): string {
  if (!by.endsWith("m")) return dayWords(dayOf(start)).slice(4);
  if (oneDay || clock(start) !== "00:00") return clock(start);
  return dayWords(dayOf(start)).slice(4);
}

export function daysBetween(from: string, to: string): number {
  const ms = Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`);
  return Math.round(ms / 86_400_000);
}

export function ageWords(seconds: number): string {
  if (seconds < 60) return `${Math.round(seconds)} s ago`;
  return `${Math.round(seconds / 60)} min ago`;
}
