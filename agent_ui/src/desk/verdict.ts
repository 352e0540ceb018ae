// May I sell to this caller? Read from balance and credit terms.

import { t } from "../i18n/words";
import { isTrue } from "../shared/format";
import type {
  Column,
  Facet,
  FacetShape,
  Field,
  Scalar,
  SourceNote,
} from "../wire/frames";
import { messageOf } from "./words";

export type Level = "hold" | "warning" | "good" | "stale" | "pending" | "unknown";

export interface Figure {
  value: Scalar;
  column: Column;
  currency: string | null;
}

export interface Verdict {
  level: Level;
  headline: string;
  /** What speaks for the account, as far as a source said so. */
  fine: string | null;
  /** Said where nobody may promise yet: a source that knows holds has not answered. */
  holdNotKnown: string | null;
  overdue: Figure | null;
  since: Figure | null;
  overLimitBy: Figure | null;
  /** Words on what is missing or older than it should be. */
  caveat: string | null;
  /** Since when the oldest value is no longer up to date; null when all are. */
  staleSince: string | null;
  /** Why the account is on hold, where a source says so. */
  reason: Figure | null;
}

/** Field names by which a configuration tells us what a value means. */
export const MEANING = {
  hold: ["credit_hold", "on_hold", "hold", "blocked"],
  reason: ["hold_reason", "reason"],
  overdue: ["overdue", "overdue_amount", "overdue_total"],
  since: ["overdue_since", "oldest_due", "oldest_overdue"],
  limit: ["limit", "credit_limit"],
  used: ["used", "credit_used", "limit_used"],
} as const;

type Facets = Record<string, Facet>;
const MONEY_FACETS = ["balance", "credit_terms"];

/** Null when this configuration has neither balance nor credit terms. */
export function verdictOf(facets: Facets, shapes: FacetShape[]): Verdict | null {
  const money = shapes.filter((shape) => MONEY_FACETS.includes(shape.name));
  if (money.length === 0) return null;
  const find = (names: readonly string[]) => figure(facets, money, names);
  const overdue = positive(find(MEANING.overdue));
  const base = {
    overdue,
    since: overdue ? find(MEANING.since) : null,
    overLimitBy: overLimit(find(MEANING.limit), find(MEANING.used)),
    caveat: caveat(facets, money),
    staleSince: staleSince(facets, money),
    fine: fine(facets, money),
    holdNotKnown: holdNotKnown(facets, money),
    reason: onHold(facets, money) ? find(MEANING.reason) : null,
  };
  return { ...base, ...judged(base, facets, money) };
}

function judged(
  found: Omit<Verdict, "level" | "headline">,
  facets: Facets,
  money: FacetShape[],
): Pick<Verdict, "level" | "headline"> {
  if (onHold(facets, money)) return { level: "hold", headline: t("desk.credit_hold") };
  if (found.overdue) return { level: "warning", headline: t("desk.overdue") };
  if (found.overLimitBy)
    return { level: "warning", headline: t("desk.over_the_credit_limit") };
  if (money.some((shape) => stillAsked(facets[shape.name]))) {
    return { level: "pending", headline: t("desk.checking_the_account") };
  }
  const states = money.map((shape) => facets[shape.name]?.state);
  if (states.some((state) => state === "failed" || state === "timed_out")) {
    return { level: "unknown", headline: t("desk.account_not_known") };
  }
  if (states.every((state) => state === "empty" || state === "withheld")) {
    return { level: "unknown", headline: t("desk.no_account") };
  }
  const failed = money.some((shape) => failedNote(facets[shape.name]));
  if (failed || !found.fine) {
    return { level: "unknown", headline: t("desk.account_not_fully_known") };
  }
  const older = money.some((shape) => isOlder(facets[shape.name]));
  if (found.staleSince || older) {
    return { level: "stale", headline: t("desk.in_order_when_last_checked") };
  }
  return { level: "good", headline: t("desk.account_in_order") };
}

/** A source of this facet has not answered yet. */
function stillAsked(facet: Facet | undefined): boolean {
  if (!facet || facet.state === "pending") return true;
  return facet.notes.some((note) => note.state === "pending");
}

function isOlder(facet: Facet | undefined): boolean {
  return [facet, ...(facet?.notes ?? [])].some((each) => each?.state === "stale");
}

function failedNote(facet: Facet | undefined): SourceNote | undefined {
  return facet?.notes.find(
    (note) => note.state === "failed" || note.state === "timed_out",
  );
}

/** Who could say "hold" and has not said anything: while it is asked, or for good. */
function holdNotKnown(facets: Facets, money: FacetShape[]): string | null {
  const silent = money.filter((shape) => {
    const can = shape.fields.some((each) => among(MEANING.hold, each.name));
    const fields = facets[shape.name]?.fields ?? {};
    return can && !MEANING.hold.some((name) => known(fields[name]));
  });
  if (onHold(facets, money)) return null;
  if (silent.some((shape) => stillAsked(facets[shape.name]))) {
    return t("desk.credit_hold_not_known_yet");
  }
  const broken = silent.some((shape) => failedNote(facets[shape.name]));
  return broken ? t("desk.credit_hold_not_known") : null;
}

/** Only what a source said: a missing value is no good news. */
function fine(facets: Facets, money: FacetShape[]): string | null {
  const overdue = isZero(figure(facets, money, MEANING.overdue)?.value ?? null);
  const hold = figure(facets, money, MEANING.hold)?.value ?? null;
  const free = hold !== null && hold !== "" && !isTrue(hold);
  if (overdue && free) return t("desk.nothing_overdue_no_hold");
  if (overdue) return t("desk.nothing_overdue");
  return free ? t("desk.no_hold") : null;
}

const JUDGED = [
  ...MEANING.hold,
  ...MEANING.overdue,
  ...MEANING.limit,
  ...MEANING.used,
] as readonly string[];

/** When the oldest of the stale values that a verdict rests on was fetched. */
function staleSince(facets: Facets, money: FacetShape[]): string | null {
  const fields = money.flatMap((shape) =>
    Object.entries(facets[shape.name]?.fields ?? {}),
  );
  const times = fields
    .filter(([name, field]) => JUDGED.includes(name) && field.state === "stale")
    .map(([, field]) => field.fetched_at);
  return times.sort()[0] ?? null;
}

export function figure(
  facets: Facets,
  shapes: FacetShape[],
  names: readonly string[],
): Figure | null {
  for (const shape of shapes) {
    const fields = facets[shape.name]?.fields ?? {};
    const name = names.find((each) => known(fields[each]));
    if (!name) continue;
    const column = shape.fields.find((each) => each.name === name) ?? plain(name);
    const currency = column.currency ?? currencyOf(fields);
    return { value: fields[name]?.value ?? null, column, currency };
  }
  return null;
}

/** The currency that a facet's money is in, when its columns do not fix one. */
export function currencyOf(fields: Record<string, Field>): string | null {
  const value = fields.currency?.value;
  return typeof value === "string" ? value : null;
}

/** How much of the limit is used, 0..1 and above; null when either is unknown. */
export function limitShare(facets: Facets, shapes: FacetShape[]): number | null {
  const limit = Number(figure(facets, shapes, MEANING.limit)?.value ?? Number.NaN);
  const used = Number(figure(facets, shapes, MEANING.used)?.value ?? Number.NaN);
  return limit > 0 && Number.isFinite(used) ? used / limit : null;
}

/** One source that says hold is enough. */
function onHold(facets: Facets, money: FacetShape[]): boolean {
  const fields = money.flatMap((shape) =>
    MEANING.hold.map((name) => facets[shape.name]?.fields[name]),
  );
  return fields.some((field) => known(field) && holds(field));
}

function holds(field: Field | undefined): boolean {
  return (
    isTrue(field?.value) || (field?.others ?? []).some((each) => isTrue(each.value))
  );
}

function known(field: Field | undefined): boolean {
  return field !== undefined && field.value !== null && field.state !== "pending";
}

/**
 * Why a cell is empty, where another value of the same facet says so: no date since
 * when, because nothing is overdue. Null: the value is simply missing.
 */
export function goodReason(facet: Facet, column: Column): string | null {
  const one = (names: readonly string[]) =>
    names.map((name) => facet.fields[name]).find(known)?.value ?? null;
  if (among(MEANING.since, column.name)) {
    return isZero(one(MEANING.overdue)) ? t("desk.none_overdue") : null;
  }
  if (!among(MEANING.reason, column.name)) return null;
  const hold = one(MEANING.hold);
  return hold !== null && hold !== "" && !isTrue(hold) ? t("desk.no_hold_2") : null;
}

function among(names: readonly string[], name: string): boolean {
  return names.includes(name);
}

function isZero(value: Scalar): boolean {
  return value !== null && String(value).trim() !== "" && Number(value) === 0;
}

function positive(found: Figure | null): Figure | null {
  return found && Number(found.value) > 0 ? found : null;
}

function overLimit(limit: Figure | null, used: Figure | null): Figure | null {
  if (!limit || !used) return null;
  const cents = Math.round((Number(used.value) - Number(limit.value)) * 100);
  return cents > 0 ? { ...used, value: (cents / 100).toFixed(2) } : null;
}

function caveat(facets: Facets, money: FacetShape[]): string | null {
  const notes = money.flatMap((shape) => facets[shape.name]?.notes ?? []);
  const wrong = money.map((shape) => failedNote(facets[shape.name])).find(Boolean);
  if (wrong)
    return messageOf(wrong) ?? t("desk.did_not_answer", { source: wrong.source });
  const stale = notes.find((note) => note.state === "stale");
  return stale
    ? t("desk.is_not_answering_older_values", { source: stale.source })
    : null;
}

function plain(name: string): Column {
  return { name, label: name, type: "text", currency: null, labels: {} };
}
