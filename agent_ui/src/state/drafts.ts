// What has the agent written, and what of it is safe?

import type { AgentNote } from "../wire/frames";
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

export function noteTyped(state: DeskState, callId: string, text: string): DeskState {
  return patchDraft(state, callId, { text, failed: null });
}

/**
 * Take what the server says was written (by another tab, or before a reload), unless
 * the agent has unsaved writing or the frame is older than what was confirmed here.
 */
export function noteEchoed(
  state: DeskState,
  callId: string,
  note: AgentNote,
  offset: number,
): DeskState {
  const draft = draftOf(state, callId);
  if (offset < draft.savedOffset) return state;
  const patch: Partial<Draft> = {};
  if (draft.echoedText !== note.text) patch.echoedText = note.text;
  if (!unsaved(draft) && !draft.sending && draft.text !== note.text) {
    patch.text = note.text;
    patch.savedText = note.text;
  }
  if (draft.dispositionState === "saved" && draft.disposition !== note.disposition) {
    patch.disposition = note.disposition;
  }
  return Object.keys(patch).length ? patchDraft(state, callId, patch) : state;
}

/** The disposition that waits for its note, now that the service has the note. */
export function ripeDisposition(draft: Draft): string | null {
  const ripe = draft.dispositionState === "waiting" && draft.echoedText.trim() !== "";
  return ripe ? draft.disposition : null;
}

/** Drafts worth keeping over a reload: unsaved ones only. */
export function keptDrafts(state: DeskState): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [callId, draft] of Object.entries(state.drafts)) {
    if (unsaved(draft)) kept[callId] = draft.text;
  }
  return kept;
}

export function restoredDrafts(kept: Record<string, string>): Record<string, Draft> {
  const drafts: Record<string, Draft> = {};
  for (const [callId, text] of Object.entries(kept)) {
    drafts[callId] = { ...NO_DRAFT, text };
  }
  return drafts;
}
