// Given what the desk knows and one thing that happened, what does it know then?

import { said } from "../i18n/said";
import type { AgentUpdated, Error as ErrorFrame, Hello, Resync } from "../wire/frames";
import {
  draftDropped,
  forNextSaved,
  noteKeptLate,
  noteReadied,
  noteSaved,
  noteSent,
  noteTyped,
  patchDraft,
  promiseSettled,
} from "./drafts";
import { type DeskAction, type DeskState, FINISHED_MAX, TROUBLES_MAX } from "./model";
import { marked, markSettled } from "./offers";
import { closePop, openPop, removePop, resyncPops, updatePop } from "./pops";
import { searchBegun, searchFound, searchRefused } from "./search";

export function reduce(state: DeskState, action: DeskAction): DeskState {
  switch (action.type) {
    case "frame":
      return reduceFrame(state, action);
    case "link":
      return { ...state, link: action.link };
    case "selected":
      return action.callId in state.pops
        ? { ...state, selected: action.callId }
        : state;
    case "typed":
      return noteTyped(state, action.callId, action.text);
    case "offer_first":
      return patchDraft(state, action.callId, { offerFirst: action.wanted });
    case "contact_typed":
      return patchDraft(state, action.callId, { contact: action.contact });
    case "for_next_typed":
      return patchDraft(state, action.callId, {
        forNext: action.text,
        forNextFailed: null,
      });
    case "promise_sent":
      return patchDraft(state, action.callId, { promising: action.at });
    case "promise_settled":
      return promiseSettled(state, action.callId, action.at);
    case "for_next_saved":
      return forNextSaved(state, action.callId, action.text);
    case "for_next_failed":
      return patchDraft(state, action.callId, { forNextFailed: action.message });
    case "note_readied":
      return noteReadied(state, action.callId);
    case "note_sent":
      return noteSent(state, action.callId);
    case "note_saved":
      return noteSaved(state, action.callId, action.text, action.offset);
    case "note_failed":
      return patchDraft(state, action.callId, {
        sending: null,
        failed: action.message,
      });
    case "note_kept_late":
      return noteKeptLate(state, action.callId, action.text);
    case "disposition_waits":
      return patchDraft(state, action.callId, {
        disposition: action.code,
        dispositionState: "waiting",
      });
    case "disposition_sent":
      return patchDraft(state, action.callId, {
        disposition: action.code,
        dispositionState: "sending",
      });
    case "disposition_settled":
      return patchDraft(state, action.callId, {
        dispositionState: action.ok ? "saved" : "failed",
      });
    case "when_typed":
      return patchDraft(state, action.callId, { when: action.when });
    case "finish_refused":
      return patchDraft(state, action.callId, { finishRefused: true });
    case "choice_sent":
      return patchDraft(state, action.callId, { choosing: action.choice });
    case "choice_settled":
      return patchDraft(state, action.callId, { choosing: null });
    case "offers_marked":
      return marked(state, action.frame);
    case "offers_settled":
      return markSettled(state, action.frame, action.until);
    case "state_wanted":
      return { ...state, wantedState: action.state };
    case "wrap_up_begun":
      return { ...state, wrapUpFrom: action.from };
    case "state_chosen":
      return { ...state, wrapUpFrom: null };
    case "finished":
      return finish(state, action.callId);
    case "undo_offered":
      return { ...state, undo: action.undo };
    case "undo_gone":
      return { ...state, undo: null };
    case "search_begun":
      return searchBegun(state, action.id, action.text);
    case "search_ended":
      return state.search ? { ...state, search: null } : state;
    case "draft_dropped":
      return draftDropped(state, action.callId);
    case "farewells_cleared":
      return { ...state, farewells: [] };
    case "refused":
      return trouble(state, action);
    case "trouble_dismissed":
      return {
        ...state,
        troubles: state.troubles.filter((each) => each.id !== action.id),
      };
  }
}

type FrameAction = Extract<DeskAction, { type: "frame" }>;

function reduceFrame(state: DeskState, action: FrameAction): DeskState {
  const { frame } = action;
  switch (frame.frame) {
    case "hello":
      return greet(state, frame, action.nowMs);
    case "resync":
      return resync(state, frame);
    case "pop.opened":
      return seen(openPop(state, frame, action.typing), frame.offset);
    case "pop.updated":
      return seen(updatePop(state, frame, action.typing), frame.offset);
    case "pop.closed":
      return seen(closePop(state, frame), frame.offset);
    case "agent.updated":
      return seen(agentUpdated(state, frame), frame.offset);
    case "recalls.waiting":
      return seen({ ...state, recalls: frame.waiting }, frame.offset);
    case "found":
      return searchFound(state, frame);
    case "error":
      return frame.reply_to !== null && frame.reply_to === state.search?.id
        ? searchRefused(state, said(frame.message))
        : trouble(state, frame);
    case "done":
    case "wallboard.snapshot":
    case "wallboard.delta":
      return state;
  }
}

/** `hello` and `done` do not move the offset: frames before theirs may be on the way. */
function seen(state: DeskState, offset: number): DeskState {
  return offset > state.offset ? { ...state, offset } : state;
}

function greet(state: DeskState, hello: Hello, nowMs: number): DeskState {
  const skewMs = Date.parse(hello.server_time) - nowMs;
  const { recalls } = hello;
  return { ...state, hello, recalls, skewMs: Number.isFinite(skewMs) ? skewMs : 0 };
}

function resync(state: DeskState, frame: Resync): DeskState {
  // Lines about calls that left may name somebody who was erased since.
  const next = resyncPops({ ...state, farewells: [] }, frame.pops);
  const agent = frame.agent ?? state.agent;
  return { ...next, offset: frame.offset, agent, wantedState: null, synced: true };
}

function agentUpdated(state: DeskState, frame: AgentUpdated): DeskState {
  const reached = state.wantedState === frame.state;
  const wantedState = reached ? null : state.wantedState;
  const working = frame.state === "wrap_up" || wantedState === "wrap_up";
  const wrapUpFrom = working ? state.wrapUpFrom : null;
  const breakReason =
    frame.state === "wrap_up" ? state.breakReason : (frame.reason ?? null);
  return { ...state, agent: frame, wantedState, wrapUpFrom, breakReason };
}

function trouble(
  state: DeskState,
  frame: Pick<ErrorFrame, "message" | "remedy">,
): DeskState {
  const last = state.troubles.at(-1)?.id ?? 0;
  const fresh = {
    id: last + 1,
    message: said(frame.message),
    remedy: said(frame.remedy),
  };
  return { ...state, troubles: [...state.troubles, fresh].slice(-TROUBLES_MAX) };
}

/** Only a call that is over can be finished. */
function finish(state: DeskState, callId: string): DeskState {
  const pop = state.pops[callId];
  if (pop && !pop.wrapUp) return state;
  const kept = Object.entries(state.finished).slice(-FINISHED_MAX + 1);
  const offset = Math.max(state.offset, pop?.offset ?? 0);
  const finished = { ...Object.fromEntries(kept), [callId]: offset };
  return { ...removePop(state, callId), finished };
}
