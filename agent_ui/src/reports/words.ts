// How do numbers, days and intervals read?

import { t } from "../i18n/words";
import { addDays } from "../shared/days";
import { averageDuration, viewerFormats } from "../shared/format";
import type { Band, Unit } from "./answers";

export { addDays };

export const NONE = "–";

/** `12`, `83%`, `1:23`; a dash for none. */
export function shown(value: number | null | undefined, unit: Unit): string {
  if (value === null || value === undefined) return NONE;
  if (unit === "seconds") return averageDuration(value);
  const formats = viewerFormats();
  return unit === "ratio" ? formats.percent(value) : formats.count(value);
}

/** Made of the time of agents: no calls are behind them. */
const WITHOUT_CALLS = ["occupancy", "team_occupancy"];

/** Are there calls behind a number of that name? */
export function hasCalls(name: string): boolean {
  return !WITHOUT_CALLS.includes(name);
}

/** Are there calls behind a value? */
export function opens(value: number | null, unit: Unit, name = ""): boolean {
  return value !== null && hasCalls(name) && (unit !== "calls" || value > 0);
}

/** Of calls, rows, agents in a sentence. */
export function countOf(value: number): string {
  return viewerFormats().count(value);
}

export function momentIn(iso: string, zone: string): string {
  return viewerFormats().momentIn(iso, zone);
}

/** `usual 12 (9 to 15)`. */
export function usualWords(band: Band | null | undefined, unit: Unit): string {
  if (!band) return "";
  const [low = "", median = "", high = ""] = band.map((value) => shown(value, unit));
  return t("reports.usual_to", { median, low, high });
}

/** Above, below or as usual: in words, not by colour alone. */
export function against(value: number | null, band: Band | null | undefined): string {
  if (value === null || !band) return "";
  if (value > band[2]) return t("reports.above_usual");
  return value < band[0] ? t("reports.below_usual") : t("reports.as_usual");
}

/** The wall clock of a time with an offset, as addresses have it: its text says it. */
export function clock(iso: string): string {
  return iso.slice(11, 16);
}

/** The same as the viewer writes it. */
export function clockWords(iso: string): string {
  return viewerFormats().clock(iso);
}

export function dayOf(iso: string): string {
  return iso.slice(0, 10);
}

/** `Sat 28 Nov`; with the year where it is not this one. */
export function dayWords(day: string, thisYear?: string): string {
  const withYear = thisYear !== undefined && day.slice(0, 4) !== thisYear;
  return viewerFormats().day(day, withYear);
}

/** 0 is Monday. */
export function weekdayOf(day: string): number {
  return (new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7;
}

export function weekdayName(place: number): string {
  return viewerFormats().weekday(place);
}

/** 9 is `09:00`, or `9:00 AM`. */
export function hourWords(hour: number): string {
  return clockWords(new Date(hour * 3_600_000).toISOString());
}

/** What an interval is called: its time, its day, or both. */
export function intervalWords(
  start: string,
  end: string,
  by: string,
  oneDay: boolean,
): string {
  if (by.endsWith("m")) {
    const times = `${clockWords(start)}–${clockWords(end)}`;
    return oneDay ? times : `${dayWords(dayOf(start))} ${times}`;
  }
  if (by === "day") return dayWords(dayOf(start));
  const last = addDays(dayOf(end), clock(end) === "00:00" ? -1 : 0);
  return t("reports.low_to_high", {
    low: dayWords(dayOf(start)),
    high: dayWords(last),
  });
}

/** In little room, for an axis. */
export function axisWords(start: string, by: string, oneDay: boolean): string {
  if (by.endsWith("m") && (oneDay || clock(start) !== "00:00"))
    return clockWords(start);
  return viewerFormats().dayOfMonth(dayOf(start));
}

export function daysBetween(from: string, to: string): number {
  const ms = Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`);
  return Math.round(ms / 86_400_000);
}

export function ageWords(seconds: number): string {
  return viewerFormats().ago(0, seconds * 1000);
}
