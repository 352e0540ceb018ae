// Which moment does a person mean by "Tue 10:00", "tomorrow" or "in 2 h"?
//
// Days and hours are those of the centre's time zone. Names of days and the order of
// day and month are the language's; English is understood in all of them.

export const AHEAD_MAX_DAYS = 90;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const MORNING = { hour: 9, minute: 0 };

/** The start of a unit's name in the languages of the pages. */
const UNITS: [RegExp, number][] = [
  [/^(m|min.*|د.*)$/u, MINUTE_MS],
  [
    /^(h|hrs?|hours?|std\.?|stunden?|heures?|horas?|or[ae]|u|uur|uren|g|godz.*|س.*)$/u,
    HOUR_MS,
  ],
  [
    /^(d|days?|tage?n?|j|jours?|d[ií]as?|giorn[oi]|g[gi]|dag(en)?|dni|dzień|ي.*|أيام)$/u,
    DAY_MS,
  ],
];
/** Words between the parts that say nothing: at, um, à las, o. */
const FILLERS =
  /^(h|at|on|the|um|uhr|am|à|a|le|las?|los|el|al|alle|ore|il|om|op|o|w|we|godz\.?|في|الساعة|,)$/u;
const BEFORE = /^(in|dans|en|dentro|de|tra|fra|over|za|بعد|\+)$/u;

interface Wall {
  year: number;
  month: number;
  day: number;
}

interface Time {
  hour: number;
  minute: number;
}

/** The moment in ms since 1970; null where the text is not one, or not ahead. */
export function parseWhen(
  text: string,
  nowMs: number,
  zone: string,
  language: string,
): number | null {
  const words = wordsOf(text);
  const found = span(words) ?? null;
  const at = found !== null ? nowMs + found : dated(words, nowMs, zone, language);
  return at !== null && isAhead(at, nowMs) ? at : null;
}

export function isAhead(atMs: number, nowMs: number): boolean {
  return atMs > nowMs && atMs <= nowMs + AHEAD_MAX_DAYS * DAY_MS;
}

/** As `<input type="datetime-local">` has it, in the centre's zone. */
export function localText(atMs: number, zone: string): string {
  const { year, month, day, hour, minute } = wallOf(atMs, zone);
  return `${year}-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}`;
}

export function momentOfLocal(text: string, zone: string): number | null {
  const found = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)/.exec(text);
  if (!found) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0] = found
    .slice(1)
    .map(Number);
  return momentOf({ year, month, day }, { hour, minute }, zone);
}

/** Tomorrow at nine, in the centre's zone. */
export function tomorrowMorning(nowMs: number, zone: string): number {
  return momentOf(after(wallOf(nowMs, zone), 1), MORNING, zone);
}

function wordsOf(text: string): string[] {
  return text
    .toLocaleLowerCase()
    .replace(/[٠-٩]/g, (digit) => String(digit.charCodeAt(0) - 0x660))
    .replace(/(\d)(am|pm)\b/g, "$1 $2")
    .replace(/^\+\s*/, "+ ")
    .replace(/(\d)(?!h\d)(\p{L}+)/gu, "$1 $2")
    .split(/[\s،,]+/u)
    .filter(Boolean);
}

/** `in 2 h`, `2h 30 min`, `+90 min`. */
function span(words: string[]): number | null {
  const rest = words.filter((word) => !BEFORE.test(word));
  if (rest.length === 0 || rest.length % 2) return null;
  let sum = 0;
  for (let at = 0; at < rest.length; at += 2) {
    const count = Number((rest[at] ?? "").replace(",", "."));
    const unit = UNITS.find(([names]) => names.test(rest[at + 1] ?? ""))?.[1];
    if (!unit || !Number.isFinite(count)) return null;
    sum += count * unit;
  }
  return sum;
}

function dated(
  words: string[],
  nowMs: number,
  zone: string,
  language: string,
): number | null {
  const today = wallOf(nowMs, zone);
  let day: Wall | null = null;
  let weekly = false;
  let time: Time | null = null;
  for (const word of words) {
    if (time && /^[ap]m$/.test(word)) {
      time = inHalf(time, word);
      continue;
    }
    const named = namedDay(word, today.weekday, language);
    const wall = named === null ? dateOf(word, today, language) : null;
    const clock = timeOf(word);
    if (named !== null && !day) {
      day = after(today, named.inDays);
      weekly = named.weekly;
    } else if (wall && !day) day = wall;
    else if (clock && !time) time = clock;
    else if (!FILLERS.test(word)) return null;
  }
  if (!day && !time) return null;
  const at = momentOf(day ?? today, time ?? MORNING, zone);
  if (at > nowMs || (day && !weekly)) return at;
  return momentOf(after(day ?? today, weekly ? 7 : 1), time ?? MORNING, zone);
}

interface NamedDay {
  inDays: number;
  weekly: boolean;
}

/** `today`, `tomorrow`, and days of the week by their first letters. */
function namedDay(word: string, today: number, language: string): NamedDay | null {
  if (/^\d/.test(word)) return null;
  for (const tongue of [language, "en"]) {
    const relative = new Intl.RelativeTimeFormat(tongue, { numeric: "auto" });
    for (const inDays of [0, 1, 2]) {
      if (relative.format(inDays, "day").toLocaleLowerCase() === word)
        return { inDays, weekly: false };
    }
    const letters = word.replace(/\.$/, "");
    for (const style of ["short", "long"] as const) {
      const names = new Intl.DateTimeFormat(tongue, {
        weekday: style,
        timeZone: "UTC",
      });
      for (let weekday = 0; weekday < 7; weekday++) {
        const sunday = Date.UTC(2024, 0, 7 + weekday);
        const name = names.format(sunday).toLocaleLowerCase().replace(/\.$/, "");
        if (name === letters || (letters.length >= 3 && name.startsWith(letters)))
          return { inDays: (weekday - today + 7) % 7, weekly: true };
      }
    }
  }
  return null;
}

/** `2026-12-01`, `1.12.`, `1/12`, `12/1` where the month comes first. */
function dateOf(word: string, today: Wall, language: string): Wall | null {
  const iso = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(word);
  if (iso) return real(Number(iso[1]), Number(iso[2]), Number(iso[3]));
  const short = /^(\d{1,2})([./-])(\d{1,2})(?:\2(\d{4})?)?$/.exec(word);
  if (!short) return null;
  const [one, other] = [Number(short[1]), Number(short[3])];
  const [day, month] =
    monthFirst(language) && short[2] !== "." ? [other, one] : [one, other];
  if (short[4]) return real(Number(short[4]), month, day);
  const past = month < today.month || (month === today.month && day < today.day);
  return real(today.year + (past ? 1 : 0), month, day);
}

function monthFirst(language: string): boolean {
  const parts = new Intl.DateTimeFormat(language).formatToParts(0);
  const order = parts.map((part) => part.type);
  return order.indexOf("month") < order.indexOf("day") && order[0] !== "year";
}

function real(year: number, month: number, day: number): Wall | null {
  const at = new Date(Date.UTC(year, month - 1, day));
  const same = at.getUTCMonth() === month - 1 && at.getUTCDate() === day;
  return same ? { year, month, day } : null;
}

/** `10:00`, `10h30`, `10h`, `10`. */
function timeOf(word: string): Time | null {
  const found = /^(\d{1,2})(?:[:h](\d{2})?)?$/.exec(word);
  if (!found) return null;
  const [hour, minute] = [Number(found[1]), Number(found[2] ?? 0)];
  return hour < 24 && minute < 60 ? { hour, minute } : null;
}

function inHalf({ hour, minute }: Time, half: string): Time {
  return { hour: (hour % 12) + (half === "pm" ? 12 : 0), minute };
}

function after({ year, month, day }: Wall, days: number): Wall {
  const at = new Date(Date.UTC(year, month - 1, day + days));
  return {
    year: at.getUTCFullYear(),
    month: at.getUTCMonth() + 1,
    day: at.getUTCDate(),
  };
}

function wallOf(atMs: number, zone: string): Wall & Time & { weekday: number } {
  const parts = new Intl.DateTimeFormat("en-u-hc-h23", {
    timeZone: zone,
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
  }).formatToParts(atMs);
  const of = (type: string) =>
    Number(parts.find((part) => part.type === type)?.value ?? 0);
  const day = { year: of("year"), month: of("month"), day: of("day") };
  const weekday = new Date(Date.UTC(day.year, day.month - 1, day.day)).getUTCDay();
  return { ...day, hour: of("hour"), minute: of("minute"), weekday };
}

/** Of a time that a change of the clocks skips, the moment just after it. */
function momentOf(day: Wall, time: Time, zone: string): number {
  const wanted = Date.UTC(day.year, day.month - 1, day.day, time.hour, time.minute);
  const shift = (atMs: number) => {
    const wall = wallOf(atMs, zone);
    const shown = Date.UTC(wall.year, wall.month - 1, wall.day, wall.hour, wall.minute);
    return shown - atMs;
  };
  const first = wanted - shift(wanted);
  return wanted - shift(first);
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}
