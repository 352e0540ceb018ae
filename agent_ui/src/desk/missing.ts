// What must an agent still write before a call can be finished?

import { draftOf } from "../state/drafts";
import type { DeskState, Pop } from "../state/model";

export type Missing = "result" | "note";

/** A result that the service refused counts as given: the desk keeps it for a retry. */
export function missingOf(state: DeskState, pop: Pop): Missing | null {
  const { disposition, text } = draftOf(state, pop.call_id);
  if (disposition === null) return resultRequired(state, pop) ? "result" : null;
  const choice = state.hello?.dispositions.find((each) => each.code === disposition);
  return choice?.note_required && text.trim() === "" ? "note" : null;
}

/** Calls that were not answered and calls between colleagues need none. */
export function resultRequired({ hello }: DeskState, pop: Pop): boolean {
  const talked = pop.answered_at !== null && pop.direction !== "internal";
  const can = (hello?.dispositions.length ?? 0) > 0;
  const queues = hello?.results_required ?? [];
  return can && talked && pop.queue !== null && queues.includes(pop.queue);
}

/** Brings the keyboard to what is missing. */
export function focusOn(missing: Missing): void {
  const note = document.getElementById("note");
  const first = document.querySelector<HTMLElement>(".dispositions button");
  const wanted = missing === "note" ? note : first;
  wanted?.focus();
  if (document.activeElement === wanted) return;
  // In a very low window the results show only while the keyboard is in the note.
  note?.focus();
  first?.focus();
}
