// What has the agent written, and what of it is safe?

import type { AgentNote } from "../wire/frames";
import { mergedText } from "./merge";
import { type DeskState, type Draft, NO_DRAFT, unsaved } from "./model";

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

export function draftDropped(state: DeskState, callId: string): DeskState {
  const { [callId]: _gone, ...drafts } = state.drafts;
  return { ...state, drafts };
}

/** Texts that the service refused, of calls that have no card any more. */
export function strandedNotes(state: DeskState): { callId: string; draft: Draft }[] {
  return Object.entries(state.drafts)
    .filter(([callId, draft]) => !(callId in state.pops) && draft.failed)
    .map(([callId, draft]) => ({ callId, draft }));
}

/** The disposition that waits for its note, now that the service has the note. */
export function ripeDisposition(draft: Draft): string | null {
  const ripe = draft.dispositionState === "waiting" && draft.echoedText.trim() !== "";
  return ripe ? draft.disposition : null;
}

/** A text and the saved one that it was written on. */
type Kept = Pick<Draft, "text" | "savedText">;

/** Drafts worth keeping over a reload: unsaved ones only. */
export function keptDrafts(state: DeskState): Record<string, Kept> {
  const kept: Record<string, Kept> = {};
  for (const [callId, draft] of Object.entries(state.drafts)) {
    const { text, savedText, elsewhere } = draft;
    if (unsaved(draft))
      kept[callId] = { text, savedText: elsewhere?.base ?? savedText };
  }
  return kept;
}

/** A page of before the last update kept the text alone. */
export function restoredDrafts(
  kept: Record<string, Kept | string>,
): Record<string, Draft> {
  const drafts: Record<string, Draft> = {};
  for (const [callId, one] of Object.entries(kept)) {
    const { text, savedText } =
      typeof one === "string" ? { text: one, savedText: "" } : one;
    drafts[callId] = { ...NO_DRAFT, text, savedText };
  }
  return drafts;
}
