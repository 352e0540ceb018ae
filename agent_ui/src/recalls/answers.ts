// What does `GET /v1/recalls` answer, and how is a row put into words?

import { placeLabel } from "../i18n/labels";
import { said } from "../i18n/said";
import { t, textsOf } from "../i18n/words";
import { duration, type Formats } from "../shared/format";

export type RecallState = "waiting" | "claimed" | "snoozed" | "closed";

export interface Recall {
  line: string;
  call_id: string;
  occurrence: number;
  first: { line: string; call_id: string; occurrence: number };
  state: RecallState;
  number: string;
  display: string;
  name: string | null;
  company: string | null;
  kind: string;
  asked: boolean;
  out_of_hours: boolean;
  queue: string | null;
  queue_label: string | null;
  attempts: number;
  first_at: string;
  last_at: string;
  waited_s: number;
  tries: number;
  last_try: { at: string; by: string | null } | null;
  matter: string | null;
  matters: number;
  money: { amount: string; currency: string | null; label: string } | null;
  claimed_by: string | null;
  claimed_by_me: boolean;
  claimed_until: string | null;
  snoozed_until: string | null;
  promised: { at: string; by: string | null; by_me: boolean } | null;
  closed: Closed | null;
  tel: string;
  click_to_call: string | null;
}

interface Closed {
  how: string;
  label: string | null;
  at: string;
  by: string | null;
}

export interface RecallAnswer {
  at: string;
  recalls: Recall[];
  count: number;
  counts: Record<RecallState, number>;
  rule: string;
  reasons: { code: string; label: string }[];
  days: number;
  time_zone: string;
}

/** A row keeps its place and focus while its caller calls again. */
export function keyOf({ first }: Recall): string {
  return `${first.line}/${first.call_id}/${first.occurrence}`;
}

const KINDS: Record<string, string> = textsOf({
  abandoned: "recalls.gave_up",
  missed: "recalls.not_answered",
  voicemail: "recalls.reached_the_mailbox",
  callback: "recalls.asked_to_be_called_back",
  promised: "promise.call_back_promised",
});

/** `Gave up after 0:41, Sales, out of hours`. */
export function whyWords(row: Recall): string {
  const kind = KINDS[row.kind] ?? row.kind;
  const asked =
    row.asked && row.kind !== "callback" ? t("recalls.asked_for_a_call_before") : null;
  return [
    row.waited_s >= 1
      ? t("recalls.after", { kind, waited: duration(row.waited_s) })
      : kind,
    placeLabel(row.queue_label ?? row.queue),
    row.out_of_hours ? t("recalls.out_of_hours") : null,
    asked,
  ]
    .filter(Boolean)
    .join(" · ");
}

/** `3 attempts, the first 2h ago`: how long somebody has been trying. */
export function attemptWords(row: Recall, formats: Formats, nowMs: number): string {
  const last = formats.ago(Date.parse(row.last_at), nowMs);
  if (row.attempts === 1 && row.promised) return last;
  if (row.attempts === 1) return t("recalls.one_attempt", { last });
  const first = formats.ago(Date.parse(row.first_at), nowMs);
  return t("recalls.attempts_first_last", { n: row.attempts, first, last });
}

/** `You promised to call back Tue 1 Dec, 10:00`. */
export function promiseWords(
  { promised }: Recall,
  formats: Formats,
  zone: string,
): string | null {
  if (!promised) return null;
  const at = formats.appointment(Date.parse(promised.at), zone);
  if (promised.by_me) return t("promise.you_promised", { at });
  return promised.by
    ? t("promise.promised_by", { at, by: promised.by })
    : t("promise.promised_for", { at });
}

export function tryWords(row: Recall, formats: Formats, nowMs: number): string | null {
  if (!row.last_try) return null;
  const times =
    row.tries === 1
      ? t("recalls.called_back_in_vain")
      : t("recalls.called_back", { tries: row.tries });
  const ago = formats.ago(Date.parse(row.last_try.at), nowMs);
  const { by } = row.last_try;
  return by
    ? t("recalls.last_by", { times, ago, by })
    : t("recalls.last", { times, ago });
}

/** Who deals with it, or what became of it. */
export function stateWords(row: Recall, formats: Formats): string | null {
  const at = (iso: string | null) => (iso ? formats.dateTime(Date.parse(iso)) : "");
  const until = row.claimed_until ? formats.time(Date.parse(row.claimed_until)) : "";
  switch (row.state) {
    case "waiting":
      return null;
    case "claimed":
      return row.claimed_by_me
        ? t("recalls.you_call_back_until", { until })
        : t("recalls.calls_back_until", {
            who: row.claimed_by ?? t("recalls.a_colleague"),
            until,
          });
    case "snoozed":
      return t("recalls.shown_again", { snoozed_until: at(row.snoozed_until) });
    case "closed":
      return closedWords(row.closed, at);
  }
}

function closedWords(
  closed: Closed | null,
  at: (iso: string | null) => string,
): string | null {
  if (!closed) return null;
  const ways: Record<string, string> = {
    got_through: t("recalls.got_through"),
    called_back: t("recalls.called_back_2"),
  };
  const how = ways[closed.how] ?? said(closed.label ?? closed.how);
  const when = at(closed.at);
  if (!closed.by) return `${how}, ${when}`;
  const key = closed.how === "got_through" ? "recalls.closed_to" : "recalls.closed_by";
  return t(key, { how, by: closed.by, when });
}

export interface Later {
  label: string;
  minutes: number;
}

const MORNING = 9;

/** For how long a caller can be put off; tomorrow is nine o'clock of the viewer. */
export function laterChoices(now: Date, days: number): Later[] {
  const morning = new Date(now);
  morning.setDate(now.getDate() + 1);
  morning.setHours(MORNING, 0, 0, 0);
  const minutes = Math.ceil((morning.getTime() - now.getTime()) / 60_000);
  return [
    { label: t("recalls.minutes", { n: 15 }), minutes: 15 },
    { label: t("recalls.hours", { n: 1 }), minutes: 60 },
    { label: t("recalls.hours", { n: 4 }), minutes: 240 },
    { label: t("recalls.tomorrow_at_9"), minutes },
  ].filter((each) => each.minutes <= days * 24 * 60);
}
