// How does a state read, in words that an agent understands?

import { said } from "../i18n/said";
import { t, tKnown } from "../i18n/words";
import type { AgentState } from "../state/model";
import type {
  CloseReason,
  DispositionChoice,
  Facet,
  FieldState,
  PopOpened,
  Scalar,
  SourceNote,
} from "../wire/frames";

type Direction = PopOpened["direction"];

export function stateWord(state: FieldState): string {
  const words: Record<FieldState, string> = {
    fresh: t("desk.up_to_date"),
    stale: t("desk.older_value"),
    pending: t("desk.state_asking"),
    empty: t("desk.nothing_there"),
    failed: t("desk.failed"),
    timed_out: t("desk.no_answer_in_time"),
    withheld: t("desk.withheld"),
  };
  return words[state];
}

const FROM_ORDERS = ["recommendations", "goes_with", "outlook"];

/** The sales policy removed offers, or none were computed, and it says why. */
function isReasoned({ lookup, ms, message }: SourceNote): boolean {
  const answered = ms !== null && message !== null;
  return lookup === "policy" || (FROM_ORDERS.includes(lookup) && answered);
}

/** What one source says about itself in a facet's head. */
export function sourceSentence(note: SourceNote): string {
  const sentences: Record<FieldState, string> = {
    fresh: note.source,
    stale: t("desk.older_value_2", { source: note.source }),
    pending: t("desk.asking_3", { source: note.source }),
    empty: note.source,
    failed: t("desk.source_failed", { source: note.source }),
    timed_out: t("desk.no_answer", { source: note.source }),
    withheld: t("desk.not_asked_number_withheld", { source: note.source }),
  };
  return sentences[note.state];
}

/** What the service says about an answer. */
export function messageOf(note: SourceNote | undefined): string | null {
  return note?.message ? said(note.message) : null;
}

/** What stands in a facet's body when there is nothing to show. */
export function bodySentence(facet: Facet): string {
  const wrong = facet.notes.find((note) => note.message);
  const sentences: Record<FieldState, string> = {
    fresh: t("desk.nothing_to_show"),
    stale: t("desk.nothing_to_show"),
    pending: "",
    // Not asked at all is another thing than asked and nothing found.
    empty:
      messageOf(facet.notes.find(isReasoned) ?? wrong) ?? t("desk.nothing_to_show"),
    failed: messageOf(wrong) ?? t("desk.the_source_failed"),
    timed_out: messageOf(wrong) ?? t("desk.the_source_did_not_answer"),
    withheld: t("desk.withheld_not_looked_up"),
  };
  return sentences[facet.state];
}

export function stateLabel(state: AgentState): string {
  const labels: Record<AgentState, string> = {
    available: t("desk.available"),
    break: t("desk.break"),
    wrap_up: t("desk.wrap_up"),
    offline: t("desk.offline"),
  };
  return labels[state];
}

type Sureness = "very_sure" | "sure" | "likely" | "maybe";

export function sureness(confidence: number): Sureness {
  if (confidence >= 0.9) return "very_sure";
  if (confidence >= 0.75) return "sure";
  if (confidence >= 0.5) return "likely";
  return "maybe";
}

/** Who called whom goes without saying only where the customer called us. */
export function directionWord(direction: Scalar | undefined): string {
  if (direction === "outbound") return t("desk.outgoing");
  return direction === "internal" ? t("desk.internal") : "";
}

const UNANSWERED = ["missed", "abandoned", "unanswered"];

/** A call that we made is never one that we missed. */
export function outcomeWord(
  outcome: Scalar | undefined,
  direction: Scalar | undefined,
) {
  if (!outcome) return "";
  const ours = direction === "outbound" && UNANSWERED.includes(String(outcome));
  return ours
    ? t("desk.no_answer_2")
    : (tKnown(`outcome.${outcome}`) ?? humanised(String(outcome)));
}

export function farewellSentence(
  reason: CloseReason,
  by: string | null,
  direction: Direction = "inbound",
): string {
  if (direction === "outbound" && ["ended", "unanswered"].includes(reason)) {
    return t("desk.called_no_answer");
  }
  const sentences: Record<CloseReason, string> = {
    ended: t("desk.caller_hung_up"),
    answered_elsewhere: by
      ? t("desk.answered_by", { by })
      : t("desk.answered_by_a_colleague"),
    unanswered: t("desk.rang_here_not_answered"),
    transferred: by ? t("desk.transferred_to", { by }) : t("desk.transferred"),
    left: t("desk.you_left_the_call_goes"),
    time_limit: t("desk.closed_no_end_was_ever"),
    cleared: t("desk.closed_by_hand"),
    dropped: t("desk.closed_too_many_calls_are"),
  };
  return sentences[reason];
}

/** How a call of one's own came to its end. */
export function overWords(reason: CloseReason): string {
  return reason === "ended"
    ? t("desk.call_over")
    : humanised(farewellSentence(reason, null));
}

/** As the agent chose it; a code that is not configured any more in its own words. */
export function resultLabel(code: Scalar, choices: DispositionChoice[]): string {
  const choice = choices.find((each) => each.code === code);
  return choice?.label ?? humanised(String(code ?? ""));
}

/** What a call does now: one set of words for desk and wallboard. */
export function phaseWord(phase: string, held = false): string {
  const words: Record<string, string> = {
    queued: t("desk.waiting"),
    alerting: t("desk.ringing"),
    answered: held ? t("desk.on_hold") : t("desk.talking"),
    held: t("desk.on_hold"),
    closed: t("desk.after_call_work"),
  };
  return words[phase] ?? humanised(phase);
}

/** `last_order_date` → `Last order date`, for columns nobody labelled. */
export function humanised(name: string): string {
  const words = name.replaceAll("_", " ").trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
