// How does a state read, in words that an agent understands?

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
    fresh: "up to date",
    stale: "older value",
    pending: "asking",
    empty: "nothing there",
    failed: "failed",
    timed_out: "no answer in time",
    withheld: "withheld",
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
    stale: `${note.source}, older value`,
    pending: `asking ${note.source}…`,
    // Not asked at all is another thing than asked and nothing found.
    empty: isReasoned(note)
      ? note.source
      : (note.message ?? `${note.source}: nothing there`),
    failed: `${note.source} failed`,
    timed_out: `${note.source}: no answer`,
    withheld: `${note.source}: not asked, number withheld`,
  };
  return sentences[note.state];
}

/** What stands in a facet's body when there is nothing to show. */
export function bodySentence(facet: Facet): string {
  const wrong = facet.notes.find((note) => note.message);
  const sentences: Record<FieldState, string> = {
    fresh: "Nothing to show.",
    stale: "Nothing to show.",
    pending: "",
    empty: facet.notes.find(isReasoned)?.message ?? "",
    failed: wrong?.message ?? "The source failed.",
    timed_out: wrong?.message ?? "The source did not answer in time.",
    withheld: "Withheld: not looked up.",
  };
  return sentences[facet.state];
}

export function stateLabel(state: AgentState): string {
  const labels: Record<AgentState, string> = {
    available: "Available",
    break: "Break",
    wrap_up: "Wrap-up",
    offline: "Offline",
  };
  return labels[state];
}

export function sureness(confidence: number): string {
  if (confidence >= 0.9) return "very sure";
  if (confidence >= 0.75) return "sure";
  if (confidence >= 0.5) return "likely";
  return "maybe";
}

/** Who called whom goes without saying only where the customer called us. */
export function directionWord(direction: Scalar | undefined): string {
  if (direction === "outbound") return "Outgoing";
  return direction === "internal" ? "Internal" : "";
}

const UNANSWERED = ["missed", "abandoned", "unanswered"];

/** A call that we made is never one that we missed. */
export function outcomeWord(
  outcome: Scalar | undefined,
  direction: Scalar | undefined,
) {
  if (!outcome) return "";
  const ours = direction === "outbound" && UNANSWERED.includes(String(outcome));
  return ours ? "No answer" : humanised(String(outcome));
}

export function farewellSentence(
  reason: CloseReason,
  by: string | null,
  direction: Direction = "inbound",
): string {
  if (direction === "outbound" && ["ended", "unanswered"].includes(reason)) {
    return "called, no answer";
  }
  const sentences: Record<CloseReason, string> = {
    ended: "caller hung up",
    answered_elsewhere: by ? `answered by ${by}` : "answered by a colleague",
    unanswered: "rang here, not answered",
    transferred: by ? `transferred to ${by}` : "transferred",
    left: "you left, the call goes on",
    time_limit: "closed: no end was ever reported",
    cleared: "closed by hand",
    dropped: "closed: too many calls are followed at once",
  };
  return sentences[reason];
}

/** How a call of one's own came to its end. */
export function overWords(reason: CloseReason): string {
  return reason === "ended" ? "Call over" : humanised(farewellSentence(reason, null));
}

/** As the agent chose it; a code that is not configured any more in its own words. */
export function resultLabel(code: Scalar, choices: DispositionChoice[]): string {
  const choice = choices.find((each) => each.code === code);
  return choice?.label ?? humanised(String(code ?? ""));
}

/** What a call does now: one set of words for desk and wallboard. */
export function phaseWord(phase: string, held = false): string {
  const words: Record<string, string> = {
    queued: "Waiting",
    alerting: "Ringing",
    answered: held ? "On hold" : "Talking",
    held: "On hold",
    closed: "After-call work",
  };
  return words[phase] ?? humanised(phase);
}

/** `last_order_date` → `Last order date`, for columns nobody labelled. */
export function humanised(name: string): string {
  const words = name.replaceAll("_", " ").trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
