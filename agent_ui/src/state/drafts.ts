// What has the agent written, and what of it is safe?

import type { AgentNote } from "../wire/frames";
import { mergedText } from "./merge";
import { type DeskState, type Draft, NO_DRAFT, resultPending, unsaved } from "./model";

export function draftOf(state: DeskState, callId: string): Draft {
  return state.drafts[callId] ?? NO_DRAFT;
}

export function patchDraft(
  state: DeskState,
  callId: string,
  patch: Partial<Draft>,
): DeskState {
  const draft = { ...draftOf(state, callId), ...patch };
  return { ...state, drafts: { ...state.drafts, [callId]: draft } };
}

/** Before a text is sent, the words of another tab are taken in: none is lost. */
export function noteReadied(state: DeskState, callId: string): DeskState {
  const { elsewhere, text } = draftOf(state, callId);
  if (!elsewhere) return state;
  return patchDraft(state, callId, {
    text: mergedText(elsewhere.base, text, elsewhere.text),
    elsewhere: null,
  });
}

export function noteSent(state: DeskState, callId: string): DeskState {
  return patchDraft(state, callId, {
    sending: draftOf(state, callId).text,
    failed: null,
  });
}

/** The service has journalled our text; its echo may have said so already. */
export function noteSaved(
  state: DeskState,
  callId: string,
  text: string,
  offset: number,
): DeskState {
  if (offset <= draftOf(state, callId).savedOffset) {
    return patchDraft(state, callId, { failed: null });
  }
  return patchDraft(state, callId, {
    savedText: text,
    savedOffset: offset,
    sending: null,
    failed: null,
  });
}

export function noteTyped(state: DeskState, callId: string, text: string): DeskState {
  return patchDraft(state, callId, { text, failed: null });
}

/**
 * Take what the server says was written (by another tab, or before a reload), unless
 * the agent has unsaved writing (see `noteReadied`) or the frame is older than what
 * was told here. The echo of our own text confirms it, ahead of `done`: what another
 * tab wrote after it is then seen as written after it, and not merged once more.
 */
export function noteEchoed(
  state: DeskState,
  callId: string,
  note: AgentNote,
  offset: number,
): DeskState {
  const draft = draftOf(state, callId);
  if (offset < draft.savedOffset) return state;
  if (draft === NO_DRAFT && !note.text && !note.disposition) return state;
  const patch: Partial<Draft> = {
    echoedText: note.text,
    savedText: note.text,
    savedOffset: offset,
  };
  const writing = unsaved(draft) || draft.sending !== null;
  if (draft.sending === note.text) patch.sending = null;
  else if (!writing) patch.text = note.text;
  else if (draft.savedText !== note.text) {
    const base = draft.elsewhere?.base ?? draft.savedText;
    patch.elsewhere = { base, text: note.text };
  }
  if (draft.dispositionState === "saved") patch.disposition = note.disposition;
  return patchDraft(state, callId, patch);
}

/** The echo of a call without a card: a result may still wait for it. */
export function noteEchoedWithoutCard(
  state: DeskState,
  callId: string,
  note: AgentNote,
  offset: number,
): DeskState {
  return callId in state.drafts ? noteEchoed(state, callId, note, offset) : state;
}

/** Another one may have been sent meanwhile. */
export function promiseSettled(
  state: DeskState,
  callId: string,
  at: string,
): DeskState {
  if (draftOf(state, callId).promising !== at) return state;
  return patchDraft(state, callId, { promising: null });
}

/** The service has that text for the next agent; what was typed since is not in it. */
export function forNextSaved(
  state: DeskState,
  callId: string,
  text: string,
): DeskState {
  if (draftOf(state, callId).forNext !== text) return state;
  return patchDraft(state, callId, { forNext: null, forNextFailed: null });
}

/** The history took our text; no frame reports it, since the call left the desk. */
export function noteKeptLate(
  state: DeskState,
  callId: string,
  text: string,
): DeskState {
  const { disposition, savedOffset } = draftOf(state, callId);
  const note = { text, disposition, saved_at: null };
  const offset = Math.max(savedOffset, state.offset);
  return patchDraft(noteEchoed(state, callId, note, offset), callId, { failed: null });
}

export function draftDropped(state: DeskState, callId: string): DeskState {
  const { [callId]: _gone, ...drafts } = state.drafts;
  return { ...state, drafts };
}

/** What the service refused, of calls that have no card any more. */
export function stranded(state: DeskState): { callId: string; draft: Draft }[] {
  return Object.entries(state.drafts)
    .filter(([callId, draft]) => !(callId in state.pops) && refused(draft))
    .map(([callId, draft]) => ({ callId, draft }));
}

function refused({ failed, dispositionState }: Draft): boolean {
  return failed !== null || dispositionState === "failed";
}

/** Must outlive its card: text or result that the service does not have. */
export function unsettled(draft: Draft): boolean {
  const text = unsaved(draft) || draft.sending !== null;
  // Without a card nobody can write the note that a result waits for.
  const waitsInVain = draft.dispositionState === "waiting" && !draft.text.trim();
  return text || refused(draft) || (resultPending(draft) && !waitsInVain);
}

/** The calls whose result waited for a note that the service has now. */
export function ripeResults(state: DeskState): { callId: string; code: string }[] {
  return Object.entries(state.drafts).flatMap(([callId, draft]) => {
    const code = ripeDisposition(draft);
    return code ? { callId, code } : [];
  });
}

/** The disposition that waits for its note, now that the service has the note. */
export function ripeDisposition(draft: Draft): string | null {
  const ripe = draft.dispositionState === "waiting" && draft.echoedText.trim() !== "";
  return ripe ? draft.disposition : null;
}

/** A text, the saved one that it was written on, and a result not yet saved. */
type Kept = Pick<Draft, "text" | "savedText"> & {
  result?: string | null;
  forNext?: string;
};

/** Drafts worth keeping over a reload: what the service does not have. */
export function keptDrafts(state: DeskState): Record<string, Kept> {
  const kept: Record<string, Kept> = {};
  for (const [callId, draft] of Object.entries(state.drafts)) {
    const { text, savedText, elsewhere, forNext } = draft;
    if (!unsaved(draft) && !resultPending(draft) && forNext === null) continue;
    kept[callId] = { text, savedText: elsewhere?.base ?? savedText };
    if (resultPending(draft)) kept[callId].result = draft.disposition;
    if (forNext !== null) kept[callId].forNext = forNext;
  }
  return kept;
}

/** A page of before the last update kept the text alone. */
export function restoredDrafts(
  kept: Record<string, Kept | string>,
): Record<string, Draft> {
  const drafts: Record<string, Draft> = {};
  for (const [callId, one] of Object.entries(kept)) {
    const { text, savedText, result, forNext }: Kept =
      typeof one === "string" ? { text: one, savedText: "" } : one;
    drafts[callId] = { ...NO_DRAFT, text, savedText, forNext: forNext ?? null };
    if (result === undefined) continue;
    drafts[callId].disposition = result;
    drafts[callId].dispositionState = "waiting";
  }
  return drafts;
}
