// How is another tool's figure or list read, and how do differences read?

import { t, textsOf } from "../i18n/words";
import { duration, viewerFormats } from "../shared/format";
import type { ComparedCall, Difference, DifferenceGroup, Unit } from "./answers";
import { dayOf, dayWords, NONE, shown } from "./words";

const NUMBER = /^\d+(?:[.,]\d+)?$/;
const TIME = /^(?:(\d+):)?(\d{1,2}):(\d\d)$/;

/** As the service reads a figure: `78,5%` is `0.785`, `1:05` is `65`. Null: none. */
export function figureText(written: string, unit: Unit): string | null {
  const text = written.replace(/[\s\u00a0]/g, "");
  const time = TIME.exec(text);
  if (time && unit === "seconds") {
    const [hours, minutes, seconds] = time.slice(1).map((part) => Number(part ?? 0));
    return String((hours ?? 0) * 3600 + (minutes ?? 0) * 60 + (seconds ?? 0));
  }
  const digits = text.replace(/%$/, "");
  if (!NUMBER.test(digits) || (digits !== text && unit !== "ratio")) return null;
  const plain = digits.replace(",", ".");
  if (unit !== "ratio") return plain;
  // without a sign only 0 to 1 is a share: 0.78, and 78 is a percentage
  return digits === text && Number(plain) <= 1 ? plain : hundredth(plain);
}

/** Of the written number, so that its decimals stay: `78.50` is `0.7850`. */
function hundredth(plain: string): string {
  const [whole = "", decimals = ""] = plain.split(".");
  const padded = whole.padStart(3, "0");
  return `${padded.slice(0, -2)}.${padded.slice(-2)}${decimals}`;
}

/** UTF-8, else as a spreadsheet under Windows writes CSV. */
export function textOf(bytes: ArrayBuffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}

/** The names of its columns, as the service finds them. */
export function headersOf(list: string): string[] {
  const head = list.slice(0, list.search(/[\r\n]|$/)).replace(/^\ufeff/, "");
  const count = (mark: string) => head.split(mark).length;
  const mark = [",", ";", "\t"].reduce((a, b) => (count(b) > count(a) ? b : a));
  return head
    .split(mark)
    .map((name) => name.trim().replace(/^"(.*)"$/, "$1"))
    .filter((name) => name !== "");
}

export function rowsOf(list: string): number {
  const lines = list.split(/\r\n|\r|\n/).filter((line) => line.trim() !== "");
  return Math.max(0, lines.length - 1);
}

const KINDS: Record<DifferenceGroup["kind"], string> = textsOf({
  only_there: "reports.only_in_the_other_list",
  only_here: "reports.only_here",
  both: "reports.in_both",
});

export function groupWords({ kind, rule }: DifferenceGroup): string {
  return `${KINDS[kind]}: ${rule}`;
}

const LEFT: Record<string, string> = textsOf({
  waiting: "reports.left_waiting",
  answered: "reports.left_answered",
  abandoned: "reports.left_abandoned",
  moved: "reports.left_moved",
  diverted: "reports.left_diverted",
  callback: "reports.left_callback",
});

/** `sales abandoned after 0:12, support answered after 0:03`. */
export function wayWords(call: ComparedCall, label: (queue: string) => string): string {
  if (call.queues.length === 0) return t("reports.rang_directly");
  return call.queues
    .map(({ queue, left, after_s }) => {
      const name = label(queue) || t("reports.queue_without_a_name");
      const how = LEFT[left ?? "waiting"] ?? left ?? "";
      return after_s === null
        ? `${name} ${how}`
        : t("reports.left_after", { queue: name, left: how, time: duration(after_s) });
    })
    .join(", ");
}

/** How it counts there and here; a row without a partner has no other side. */
export function sidesOf(each: Difference): { there: string; here: string } {
  return {
    there:
      each.there ?? (each.row === null ? t("reports.not_listed") : t("reports.listed")),
    here:
      each.here ??
      (each.call === null ? t("reports.not_stored") : t("reports.counts_here")),
  };
}

/** What a call alone adds; `times` it counts in a service level, else 0. */
export function ownWords(value: number | null, unit: Unit, times: number): string {
  if (value === null) return t("reports.not_counted");
  if (times === 0) return shown(value, unit);
  const often = times > 1 ? t("reports.times", { times }) : "";
  if (value !== 0 && value !== 1) return `${shown(value, unit)}${often}`;
  return `${value === 1 ? t("reports.within_the_target") : t("reports.not_within")}${often}`;
}

/** `Mon 2 Nov 09:30:05`. */
export function momentWords(at: string | null): string {
  if (at === null) return NONE;
  return `${dayWords(dayOf(at))} ${viewerFormats().clock(at, true)}`;
}

/** The quarter of an hour in which it counts, for the list of its calls. */
export function quarterOf(at: string): [from: string, to: string] {
  const minute = Number(at.slice(14, 16));
  const begin = String(minute - (minute % 15)).padStart(2, "0");
  const from = `${at.slice(0, 14)}${begin}:00${at.slice(19)}`;
  return [from, new Date(Date.parse(from) + 15 * 60_000).toISOString()];
}
