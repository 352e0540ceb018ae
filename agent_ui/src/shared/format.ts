// How does a value read in the viewer's locale? The one place that writes numbers,
// dates, times and amounts, for all pages.

import { languageTag, t } from "../i18n/words";
import type { Column, Scalar } from "../wire/frames";

export type ColumnType = Column["type"];

export interface Formats {
  locale: string;
  value(value: Scalar, column: Column, currency: string | null): string;
  /** A day in little room, e.g. `13 Nov 26`. */
  shortDate(value: Scalar): string;
  time(atMs: number): string;
  /** The time of day in a zone; in the viewer's where the zone is not known. */
  timeIn(atMs: number, zone: string): string;
  dateTime(atMs: number): string;
  /** `Tue 1 Dec, 10:00` in that zone. */
  appointment(atMs: number, zone: string): string;
  ago(atMs: number, nowMs: number): string;
  /** `38s`, `5m`, `3h`, `2d`: an age in little room. */
  age(atMs: number, nowMs: number): string;
  number(value: number): string;
  /** Calls, agents: a tenth only where there are few. */
  count(value: number): string;
  /** Of a share from 0 to 1; one that is not whole does not read as 100%. */
  percent(share: number): string;
  /** `22–50%`. */
  percentRange(low: number, high: number): string;
  /** The difference of two shares in percentage points, `+3.2`. */
  points(difference: number): string;
  /** A length below some seconds, e.g. `4.2s`, and `350ms`. */
  seconds(value: number): string;
  milliseconds(value: number): string;
  /** `30 min`. */
  minutes(value: number): string;
  signedSeconds(value: number): string;
  /** A moment to the second in a zone, e.g. `20 Nov 2026, 09:12:03`. */
  momentIn(iso: string, zone: string): string;
  /** A day of the calendar, `Sat 28 Nov`; with the year on request. */
  day(day: string, withYear?: boolean): string;
  /** `28 Nov`, for an axis. */
  dayOfMonth(day: string): string;
  /** The month of a day, `November 2026`. */
  month(day: string): string;
  /** 0 is Monday. */
  weekday(place: number): string;
  /** The wall clock of a text with an offset, `09:30` or `9:30 AM`. */
  clock(iso: string, withSeconds?: boolean): string;
  money(value: Scalar, currency: string | null): Money;
  /** `de` → `German`; what is not a language tag as it came. */
  language(tag: string): string;
  /** `DE` → `Germany`; what is not a country code as it came. */
  country(code: string): string;
  /** `1.2` and `Mrd.`: a figure in the least room, without its currency. */
  compact(value: number): string[];
}

/** An amount in full, where it may be broken, and in short. */
export interface Money {
  text: string;
  /** The number and the currency, in the order of the locale; no piece is broken. */
  pieces: string[];
  brief: string;
}

const NOTHING = "–";
const NUMERIC = new Set<ColumnType>(["money", "number", "integer", "percent"]);
const PLAIN_NUMBER = /^[+-]?\d+(\.\d+)?(e[+-]?\d+)?$/i;
const DATE_FIRST = /^\d{4}-\d\d-\d\d/;
const DATE_ONLY = /^\d{4}-\d\d-\d\d$/;

/** `locale` null: the browser's. An unusable locale falls back to the browser's. */
export function formatsFor(locale: string | null): Formats {
  const tag = usable(locale) ?? navigator.language ?? "en";
  const cached = new Map<string, Intl.NumberFormat>();
  const numbers = (key: string, options: Intl.NumberFormatOptions) => {
    const known = cached.get(key) ?? new Intl.NumberFormat(tag, options);
    cached.set(key, known);
    return known;
  };
  const day = new Intl.DateTimeFormat(tag, { dateStyle: "medium" });
  const moment = new Intl.DateTimeFormat(tag, {
    dateStyle: "medium",
    timeStyle: "short",
  });
  const brief = new Intl.DateTimeFormat(tag, {
    day: "numeric",
    month: "short",
    year: "2-digit",
  });
  const clock = new Intl.DateTimeFormat(tag, { timeStyle: "medium" });
  const { dates, written } = calendarIn(tag);
  const relative = new Intl.RelativeTimeFormat(tag, {
    numeric: "auto",
    style: "narrow",
  });

  const moneyIn = (currency: string | null) =>
    numbers(`m${currency}`, currencyOptions(currency));
  /** Decimal text goes to Intl as text: no cent is lost to binary floats. */
  const money = (value: Scalar, currency: string | null) =>
    moneyIn(currency).format(value as Intl.StringNumericLiteral);
  const compactMoney = (value: number, currency: string | null) => {
    if (isSmall(value) && !Number.isInteger(value)) return money(value, currency);
    const options = { ...currencyOptions(currency), notation: "compact" as const };
    const format = numbers(`c${currency}`, { ...options, ...SHORT });
    return piecesOf(format.formatToParts(value)).join(" ");
  };

  const byType: Record<ColumnType, (value: Scalar, currency: string | null) => string> =
    {
      text: (value) => String(value),
      phone: (value) => String(value),
      email: (value) => String(value),
      url: (value) => String(value),
      money,
      number: (value) =>
        numbers("n", { maximumFractionDigits: 2 }).format(Number(value)),
      integer: (value) =>
        Number.isInteger(Number(value))
          ? numbers("i", { maximumFractionDigits: 0 }).format(Number(value))
          : String(value),
      percent: (value) =>
        numbers("p", { style: "percent", maximumFractionDigits: 2 }).format(
          Number(value) / 100,
        ),
      date: (value) => day.format(localDate(String(value))),
      datetime: (value) => {
        const text = String(value);
        if (DATE_ONLY.test(text)) return day.format(localDate(text));
        if (DATE_FIRST.test(text)) day.format(localDate(text)); // throws for no day
        return moment.format(new Date(text));
      },
      flag: (value) =>
        isTrue(value)
          ? t("common.yes")
          : isFalse(value)
            ? t("common.no")
            : String(value),
    };

  return {
    locale: tag,
    value: (value, column, currency) => {
      if (value === null || value === "") return NOTHING;
      if (typeof value === "boolean") return byType.flag(value, null);
      if (NUMERIC.has(column.type) && !isNumber(value)) return String(value);
      return safely(value, () =>
        byType[column.type](value, currency ?? column.currency),
      );
    },
    shortDate: (value) => {
      if (value === null || value === "") return NOTHING;
      return safely(value, () => brief.format(localDate(String(value))));
    },
    time: (atMs) => clock.format(atMs),
    timeIn: (atMs, zone) => clockIn(tag, zone).format(atMs),
    momentIn: (iso, zone) =>
      dates(`m${zone}`, {
        timeZone: zone,
        dateStyle: "medium",
        timeStyle: "medium",
      }).format(new Date(iso)),
    ...written,
    appointment: (atMs, zone) =>
      dates(`a${zone}`, { ...APPOINTMENT, timeZone: zone }).format(atMs),
    dateTime: (atMs) => moment.format(atMs),
    ago: (atMs, nowMs) => relativeText(relative, (atMs - nowMs) / 1000),
    age: (atMs, nowMs) => {
      const [size, unit] = inUnit(Math.max(0, (nowMs - atMs) / 1000));
      return numbers(`u${unit}`, unitOf(unit)).format(size);
    },
    number: (value) => numbers("n", { maximumFractionDigits: 2 }).format(value),
    count: (value) => {
      const digits = Math.abs(value) >= 20 ? 0 : 1;
      return numbers(`t${digits}`, { maximumFractionDigits: digits }).format(value);
    },
    percent: (share) => numbers("s", PERCENT).format(notAll(share)),
    percentRange: (low, high) =>
      unbroken(numbers("r", { style: "percent" }).formatRange(low, high)).replace(
        /[–-]/,
        "$&\u2060", // a line may end after a dash, even before a hard space
      ),
    points: (difference) =>
      numbers("o", {
        minimumFractionDigits: 1,
        maximumFractionDigits: 1,
        signDisplay: "exceptZero",
      }).format(difference * 100),
    seconds: (value) =>
      numbers("us1", { ...unitOf("second"), maximumFractionDigits: 1 }).format(value),
    minutes: (value) =>
      numbers("umin", { ...unitOf("minute"), unitDisplay: "short" }).format(value),
    milliseconds: (value) =>
      numbers("ums", { ...unitOf("millisecond"), maximumFractionDigits: 0 }).format(
        value,
      ),
    signedSeconds: (value) =>
      numbers("us+", {
        ...unitOf("second"),
        maximumFractionDigits: 0,
        signDisplay: "exceptZero",
      }).format(value),
    money: (value, currency) => {
      if (value === null || value === "") return asCame(NOTHING);
      const text = safely(value, () => money(value, currency));
      if (!Number.isFinite(Number(value)) || text === String(value))
        return asCame(text);
      const parts = moneyIn(currency).formatToParts(value as Intl.StringNumericLiteral);
      return {
        text,
        pieces: piecesOf(parts),
        brief: compactMoney(Number(value), currency),
      };
    },
    language: (code) => nameIn(tag, "language", code),
    country: (code) => nameIn(tag, "region", code),
    compact: (value) => {
      if (isSmall(value)) return [numbers(...digitsOf(value)).format(value)];
      const options = { notation: "compact", ...SHORT } as const;
      return piecesOf(numbers("k", options).formatToParts(value));
    },
  };
}

let viewers: { locale: string | null; formats: Formats } | null = null;

/** `locale` null: the browser's; else the one that the user's account has. */
export function setViewerLocale(locale: string | null): void {
  if (viewers?.locale === locale) return;
  viewers = { locale, formats: formatsFor(locale) };
}

/** The formats of who looks at the page. */
export function viewerFormats(): Formats {
  viewers ??= { locale: null, formats: formatsFor(null) };
  return viewers.formats;
}

/** Days and wall clocks are of no zone: they are written as they stand. */
function calendarIn(tag: string) {
  const cached = new Map<string, Intl.DateTimeFormat>();
  const dates = (key: string, options: Intl.DateTimeFormatOptions) => {
    const known = cached.get(key) ?? new Intl.DateTimeFormat(tag, options);
    cached.set(key, known);
    return known;
  };
  const inUtc = (key: string, options: Intl.DateTimeFormatOptions, text: string) => {
    const at = new Date(`${text}Z`);
    if (Number.isNaN(at.getTime())) return text;
    return dates(key, { ...options, timeZone: "UTC" }).format(at);
  };
  const written: Pick<Formats, "day" | "dayOfMonth" | "month" | "weekday" | "clock"> = {
    day: (day, withYear = false) =>
      inUtc(
        withYear ? "dy" : "d",
        { ...DAY, weekday: "short", ...(withYear && { year: "numeric" }) },
        `${day}T00:00:00`,
      ),
    dayOfMonth: (day) => inUtc("dm", DAY, `${day}T00:00:00`),
    month: (day) => inUtc("mo", { month: "long", year: "numeric" }, `${day}T00:00:00`),
    weekday: (place) => inUtc("w", { weekday: "short" }, `2024-01-0${place + 1}T00:00`),
    clock: (iso, withSeconds = false) =>
      withSeconds
        ? inUtc("ts", { timeStyle: "medium" }, iso.slice(0, 19))
        : inUtc("t", { timeStyle: "short" }, iso.slice(0, 16)),
  };
  return { dates, written };
}

const DAY = { day: "numeric", month: "short" } as const;
const APPOINTMENT = {
  ...DAY,
  weekday: "short",
  hour: "2-digit",
  minute: "2-digit",
} as const;
const PERCENT = { style: "percent", maximumFractionDigits: 1 } as const;

function notAll(share: number): number {
  return share < 1 && share > 0.999 ? 0.999 : share;
}

function unitOf(unit: string): Intl.NumberFormatOptions {
  return { style: "unit", unit, unitDisplay: "narrow" };
}

const SHORT = { minimumFractionDigits: 0, maximumFractionDigits: 1 };

/** Too small for a short form: 63.6 would be another amount than 63.55. */
function isSmall(value: number): boolean {
  return Math.abs(value) < 1000;
}

/** Two decimals or none: an amount never has one. */
function digitsOf(value: number): [string, Intl.NumberFormatOptions] {
  const digits = Number.isInteger(value) ? 0 : 2;
  const options = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  return [`d${digits}`, options];
}

function asCame(text: string): Money {
  return { text, pieces: [text], brief: text };
}

/** Split where the locale writes a space between number and currency or unit. */
function piecesOf(parts: Intl.NumberFormatPart[]): string[] {
  const pieces = [""];
  for (const { type, value } of parts) {
    const [first = "", ...more] = type === "literal" ? value.split(/\s+/) : [value];
    pieces.push(`${pieces.pop()}${first}`, ...more);
  }
  return pieces.filter((piece) => piece.replace(/[\u200e\u200f\u061c]/g, "") !== "");
}

function nameIn(tag: string, type: "language" | "region", code: string): string {
  try {
    const names = new Intl.DisplayNames(tag, { type });
    return names.of(code.replace("_", "-")) ?? code;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return code;
  }
}

function clockIn(tag: string, timeZone: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat(tag, { timeStyle: "medium", timeZone });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return new Intl.DateTimeFormat(tag, { timeStyle: "medium" });
  }
}

/** An average: rounded to the nearest second, unlike a time that still runs. */
export function averageDuration(seconds: number): string {
  return duration(Math.round(seconds));
}

/** 83.9 → `1:23`, the seconds that are complete; 3 725 → `1:02:05`. Never negative. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (n: number) => String(n).padStart(2, "0");
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes}:${two(whole % 60)}`;
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(whole % 60)}`;
}

/** `Offered and Answered`. */
export function listed(names: readonly string[]): string {
  return new Intl.ListFormat(languageTag()).format(names);
}

export function isTrue(value: Scalar | undefined): boolean {
  if (typeof value === "string") return /^(true|yes|y|t|1)$/i.test(value);
  return Boolean(value);
}

function isFalse(value: Scalar): boolean {
  return typeof value === "string" ? /^(false|no|n|f|0)$/i.test(value) : !value;
}

/** What a number is written like: `Number(" ")` and `Number("0x10")` are numbers, too. */
function isNumber(value: Scalar): boolean {
  return typeof value === "number" || PLAIN_NUMBER.test(String(value).trim());
}

/** A date without a time is a day of the calendar, in no time zone. */
function localDate(text: string): Date {
  const [year = Number.NaN, month = 1, day = 1] = text
    .slice(0, 10)
    .split("-")
    .map(Number);
  const made = new Date(year, month - 1, day);
  made.setFullYear(year); // years below 100 would be of the last century
  // 2026-02-30 would become another day: it is none
  const same = made.getMonth() === month - 1 && made.getDate() === day;
  return same ? made : new Date(Number.NaN);
}

function currencyOptions(currency: string | null): Intl.NumberFormatOptions {
  const known = currency && /^[A-Za-z]{3}$/.test(currency);
  return known
    ? { style: "currency", currency, currencyDisplay: "narrowSymbol" }
    : { minimumFractionDigits: 2, maximumFractionDigits: 2 };
}

/** A source may send anything: what cannot be formatted is shown as it came. */
function safely(value: Scalar, format: () => string): string {
  try {
    const text = format();
    return /NaN|Invalid Date/.test(text) ? String(value) : text;
  } catch (error) {
    if (error instanceof RangeError || error instanceof SyntaxError)
      return String(value);
    throw error;
  }
}

type Unit = "second" | "minute" | "hour" | "day";

function inUnit(seconds: number): [number, Unit] {
  if (seconds < 60) return [Math.floor(seconds), "second"];
  if (seconds < 3600) return [Math.floor(seconds / 60), "minute"];
  if (seconds < 86_400) return [Math.floor(seconds / 3600), "hour"];
  return [Math.floor(seconds / 86_400), "day"];
}

function relativeText(relative: Intl.RelativeTimeFormat, seconds: number): string {
  const [size, unit] = inUnit(Math.max(0, -seconds));
  return relative.format(-size, unit);
}

/** No line ends within it. */
function unbroken(text: string): string {
  return text.replaceAll(" ", "\u00a0");
}

function usable(locale: string | null): string | null {
  if (!locale) return null;
  try {
    return Intl.getCanonicalLocales(locale.replace("_", "-"))[0] ?? null;
  } catch {
    return null;
  }
}
