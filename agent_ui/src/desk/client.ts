// How do frames, typing and commands meet? The desk's rim; all rules are in state/.

import { knowLabels } from "../i18n/labels";
import { said } from "../i18n/said";
import {
  endCall,
  Refused,
  type Session,
  stillLoggedIn,
  writeLate,
} from "../shared/api";
import { type Command, Commands, uniqueId } from "../shared/commands";
import { Connection } from "../shared/connection";
import { keep, kept } from "../shared/keep";
import { Store } from "../shared/store";
import { namedBy, received, sendable } from "../state/calls";
import { draftOf, keptDrafts, restoredDrafts, ripeResults } from "../state/drafts";
import {
  type AgentState,
  type DeskAction,
  type DeskState,
  initialDesk,
  type Pop,
  type Undo,
  unsaved,
} from "../state/model";
import type { SaidMark } from "../state/offers";
import { talkingElsewhere } from "../state/pops";
import { reduce } from "../state/reduce";
import { searchPending } from "../state/search";
import { stateAfterWrapUp, wrapUpBegins, wrapUpForgotten } from "../state/wrap_up";
import type {
  CandidateRef,
  ClientFrame,
  FoundCustomer,
  NewContact,
  Offered,
  ServerFrame,
} from "../wire/frames";
import { remember } from "./learned";
import { seenOn } from "./looks";
import { focusOn, missingOf } from "./missing";
import { Receipts } from "./receipts";
import { TEXT_FIELDS } from "./shortcuts";

const TYPING_PAUSE_MS = 400;
/** A call must not take the front within this time after a key was pressed. */
const TYPING_RECENT_MS = 4_000;
/** So long a state or a result can be taken back. */
const UNDO_MS = 5_000;
/** The service knows the call, but not as one of this desk any more. */
const NOT_ON_DESK = "not_your_call";

export class DeskClient {
  readonly store: Store<DeskState, DeskAction>;
  #connection: Connection;
  #commands = new Commands();
  #receipts: Receipts;
  #pauses = new Map<string, number>();
  #nextPauses = new Map<string, number>();
  #lastKeyMs = 0;
  #front = 0;
  #undo = 0;

  constructor(private readonly session: Session) {
    this.store = new Store(reduce, initialDesk(restored(session.user.username)));
    this.#connection = new Connection("/v1/agent", {
      onFrame: (frame, receivedMs) => this.#onFrame(received(frame), receivedMs),
      onLink: (link) => this.#onLink(link),
      after: () => this.store.state.offset,
      loggedIn: stillLoggedIn,
    });
    this.#receipts = new Receipts(({ callId, offset }, paintedMs) => {
      const painted_ms = Math.round(paintedMs * 10) / 10;
      this.#send({ frame: "ack", call_id: callId, offset, painted_ms });
    });
  }

  start(): () => void {
    const onStorage = (event: StorageEvent) => this.#finishedElsewhere(event);
    const onKey = () => {
      this.#lastKeyMs = Date.now();
    };
    addEventListener("storage", onStorage);
    addEventListener("keydown", onKey, true);
    this.#connection.start();
    return () => {
      removeEventListener("storage", onStorage);
      removeEventListener("keydown", onKey, true);
      this.#connection.stop();
    };
  }

  takeOver(): void {
    this.#connection.start();
  }

  select(callId: string): void {
    clearTimeout(this.#front);
    this.store.dispatch({ type: "selected", callId });
  }

  /** Who writes goes on writing, in the note of the call that is in front now. */
  selectWriting(callId: string): void {
    const writing = document.activeElement?.id === "note";
    this.select(callId);
    if (writing) requestAnimationFrame(() => document.getElementById("note")?.focus());
  }

  type(callId: string, text: string): void {
    this.store.dispatch({ type: "typed", callId, text });
    this.#keepDrafts();
    clearTimeout(this.#pauses.get(callId));
    const pause = window.setTimeout(() => this.saveNote(callId), TYPING_PAUSE_MS);
    this.#pauses.set(callId, pause);
  }

  /** Send what is unsaved now, or when what is on its way has arrived. */
  saveNote(callId: string): void {
    clearTimeout(this.#pauses.get(callId));
    this.#pauses.delete(callId);
    if (draftOf(this.store.state, callId).sending !== null) return;
    this.store.dispatch({ type: "note_readied", callId });
    const draft = draftOf(this.store.state, callId);
    if (!unsaved(draft) && !draft.failed) return;
    this.#do({ frame: "note", call_id: callId, text: draft.text });
  }

  typeForNext(callId: string, text: string): void {
    this.store.dispatch({ type: "for_next_typed", callId, text });
    this.#keepDrafts();
    clearTimeout(this.#nextPauses.get(callId));
    const pause = window.setTimeout(() => this.saveForNext(callId), TYPING_PAUSE_MS);
    this.#nextPauses.set(callId, pause);
  }

  /** Send what is typed for the next agent and not saved. */
  saveForNext(callId: string): void {
    clearTimeout(this.#nextPauses.get(callId));
    this.#nextPauses.delete(callId);
    const { forNext } = draftOf(this.store.state, callId);
    if (forNext === null) return;
    this.#do({ frame: "handover", call_id: callId, text: forNext });
  }

  /** A call back at that time is promised; null takes it back. */
  promise(callId: string, atMs: number | null): void {
    const at = atMs === null ? "" : new Date(atMs).toISOString();
    this.#do({ frame: "call_back", call_id: callId, at });
  }

  /** The agent does not want this text any more. */
  dropDraft(callId: string): void {
    this.store.dispatch({ type: "draft_dropped", callId });
    this.#keepDrafts();
  }

  typeContact(callId: string, contact: NewContact): void {
    this.store.dispatch({ type: "contact_typed", callId, contact });
  }

  /** The agent's press: a result, or none where it is the one chosen already. */
  pressResult(callId: string, code: string): void {
    const { disposition: was, dispositionState } = draftOf(this.store.state, callId);
    const again = was === code && dispositionState !== "failed";
    const now = again ? null : code;
    this.dispose(callId, now);
    const before = was === code && !again ? null : was;
    this.#offerUndo({ of: "result", callId, now, was: before });
  }

  /** One that needs a note waits until the service has told us the note. */
  dispose(callId: string, code: string | null): void {
    this.#dispose(callId, code, draftOf(this.store.state, callId).echoedText);
  }

  #dispose(callId: string, code: string | null, told: string): void {
    const { hello } = this.store.state;
    const choice = hello?.dispositions.find((each) => each.code === code);
    if (code && choice?.note_required && !told.trim()) {
      this.store.dispatch({ type: "disposition_waits", callId, code });
      this.saveNote(callId);
    } else {
      this.#do({ frame: "disposition", call_id: callId, code: code ?? "" });
    }
    this.#keepDrafts();
  }

  /** What was refused and has no card any more: text, result or both. */
  tryAgain(callId: string): void {
    const { dispositionState, disposition } = draftOf(this.store.state, callId);
    this.saveNote(callId);
    if (dispositionState === "failed") this.dispose(callId, disposition);
  }

  /** Between several it is said of this call only: the next caller may be another. */
  choose(callId: string, { source, key }: CandidateRef): void {
    const several = (this.store.state.pops[callId]?.candidates.length ?? 0) > 1;
    const remember = !several || draftOf(this.store.state, callId).offerFirst;
    this.#do({ frame: "choose", call_id: callId, source, key, remember });
    const candidates = this.store.state.pops[callId]?.candidates ?? [];
    const who = candidates.find((each) => each.source === source && each.key === key);
    this.#offerUndo({ of: "choice", callId, who: who?.name ?? key });
  }

  /** Customers by account, name or number; the answers land in `state.search`. */
  find(text: string): void {
    const id = uniqueId();
    this.store.dispatch({ type: "search_begun", id, text });
    this.#send({ frame: "find", text, id });
  }

  endSearch(): void {
    this.store.dispatch({ type: "search_ended" });
  }

  /** A customer whom a search found; `text` is what was typed. */
  attach(callId: string, found: FoundCustomer, text: string, remember: boolean): void {
    const { source, key, name } = found;
    const choice = { call_id: callId, source, key, found_by: text, remember };
    this.#do({ frame: "choose", ...choice });
    this.#offerUndo({ of: "choice", callId, who: name });
  }

  /** Takes back who was said last to be the caller. */
  undoChoice(callId: string): void {
    this.#undoGone();
    this.#do({ frame: "choose", call_id: callId, undo: true });
  }

  /** What became of one offer, in the agent's words. */
  markOffer(callId: string, offer: Offered, mark: SaidMark | ""): void {
    this.#do({ frame: "offers", call_id: callId, offers: [offer], mark });
  }

  /** They were on the card while the agent talked. */
  offersShown(callId: string, offers: Offered[]): void {
    this.#do({ frame: "offers", call_id: callId, offers, mark: "shown" });
  }

  offerFirst(callId: string, wanted: boolean): void {
    this.store.dispatch({ type: "offer_first", callId, wanted });
  }

  nameCaller(callId: string, contact: NewContact): void {
    this.#do({ frame: "choose", call_id: callId, contact });
  }

  /** The agent's press, which can be taken back for a moment. */
  pressState(now: AgentState, reason: string | null = null): void {
    const { agent, wantedState, wrapUpFrom, breakReason } = this.store.state;
    const was = wantedState ?? agent?.state;
    this.setAgentState(now, reason);
    if (!was || was === now) return;
    this.#offerUndo({ of: "state", now, was, wrapUpFrom, breakReason });
  }

  undo(): void {
    const { undo } = this.store.state;
    this.#undoGone();
    if (undo?.of === "result") this.dispose(undo.callId, undo.was);
    if (undo?.of === "choice") this.undoChoice(undo.callId);
    if (undo?.of !== "state") return;
    this.#backTo(undo.was, undo.breakReason);
    if (undo.wrapUpFrom) {
      this.store.dispatch({ type: "wrap_up_begun", from: undo.wrapUpFrom });
      this.#keepWrapUp();
    }
  }

  #offerUndo(undo: Undo): void {
    clearTimeout(this.#undo);
    this.store.dispatch({ type: "undo_offered", undo });
    this.#undo = window.setTimeout(() => this.#undoGone(), UNDO_MS);
  }

  #undoGone(): void {
    clearTimeout(this.#undo);
    this.store.dispatch({ type: "undo_gone" });
  }

  /** The agent's own word: nothing is given back after it. */
  setAgentState(state: AgentState, reason: string | null = null): void {
    this.store.dispatch({ type: "state_chosen" });
    this.#do({ frame: "agent_state", state, ...(reason === null ? {} : { reason }) });
    this.#keepWrapUp();
  }

  /** Close a call that is over; after the last one the former state comes back. */
  finish(callId: string): void {
    const pop = this.store.state.pops[callId];
    if (!pop?.wrapUp) return;
    const missing = missingOf(this.store.state, pop);
    if (missing) {
      this.store.dispatch({ type: "finish_refused", callId });
      focusOn(missing);
      return;
    }
    this.saveNote(callId);
    this.store.dispatch({ type: "finished", callId });
    keep(localStorage, "finished", this.store.state.finished);
    this.#endWrapUp();
  }

  #onFrame(frame: ServerFrame, receivedMs: number): void {
    const typing = Date.now() - this.#lastKeyMs < TYPING_RECENT_MS && inTextField();
    if (frame.frame === "hello" && frame.user !== this.#username) {
      this.#becomesTheirs();
      return;
    }
    const before = this.store.state;
    if (frame.frame === "hello") knowLabels(frame.labels);
    this.store.dispatch({ type: "frame", frame, nowMs: Date.now(), typing });
    if (frame.frame === "pop.closed") this.#learnFrom(before.pops[frame.call_id]);
    this.#wrapUp(before);
    if (talkingElsewhere(this.store.state) && !talkingElsewhere(before)) {
      this.#frontAfterPause();
    }
    for (const { call_id: callId, offset } of shownBy(frame)) {
      this.#receipts.applied({ callId, offset, receivedMs });
    }
    if (frame.frame === "pop.updated" && frame.note) this.#saveRest(frame.call_id);
    this.#disposeRipe();
    if (frame.frame === "done") this.#settled(frame.reply_to, frame.offset, null);
    if (frame.frame === "error" && frame.reply_to) {
      if (frame.code === NOT_ON_DESK)
        void this.#late(frame.reply_to, said(frame.message));
      else this.#settled(frame.reply_to, frame.offset, said(frame.message));
    }
  }

  /** What the card had, and what the agent who talked looked at. */
  #learnFrom(pop: Pop | undefined): void {
    if (!pop) return;
    remember(pop);
    const seen = seenOn(pop, this.store.state.hello?.facets ?? []);
    if (seen && pop.answered_at !== null) this.#send(seen);
  }

  /** The call on which the agent talks comes to the front once the typing pauses. */
  #frontAfterPause(): void {
    clearTimeout(this.#front);
    const left = Math.max(0, this.#lastKeyMs + TYPING_RECENT_MS - Date.now());
    this.#front = window.setTimeout(() => {
      const talking = talkingElsewhere(this.store.state);
      if (!talking) return;
      if (Date.now() - this.#lastKeyMs < TYPING_RECENT_MS) this.#frontAfterPause();
      else this.selectWriting(talking.call_id);
    }, left);
  }

  /** Long after its call a note goes to the history, which still takes it. */
  async #late(replyTo: string, refusal: string): Promise<void> {
    const command = this.#commands.waiting().find((each) => each.id === replyTo);
    const late = command?.frame === "note" || command?.frame === "disposition";
    const failure = late
      ? await writeLate(sendable(command), this.session.csrf)
      : refusal;
    if (command?.frame === "note" && failure === null) {
      const { call_id: callId, text } = command;
      this.store.dispatch({ type: "note_kept_late", callId, text });
    }
    this.#settled(replyTo, this.store.state.offset, failure);
    this.#disposeRipe();
  }

  /** The end was never reported; the card closes when the service journalled it. */
  async callIsOver(callId: string): Promise<void> {
    try {
      await endCall(namedBy(callId), this.session.csrf);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      const { message, remedy } = error;
      this.store.dispatch({ type: "refused", message, remedy });
    }
  }

  get #username(): string {
    return this.session.user.username;
  }

  /** Somebody else logged in meanwhile, in another tab: they get none of this one. */
  #becomesTheirs(): void {
    this.#connection.stop();
    location.reload();
  }

  /** A call of this agent's ended: to wrap-up, and back when nothing is left of it. */
  #wrapUp(before: DeskState): void {
    const begins = wrapUpBegins(before, this.store.state);
    if (begins) {
      this.store.dispatch({ type: "wrap_up_begun", from: begins.from });
      this.#do({ frame: "agent_state", state: "wrap_up" }, begins.id);
    } else if (wrapUpForgotten(this.store.state)) {
      this.#endWrapUp();
    }
    if (before.wrapUpFrom !== this.store.state.wrapUpFrom) this.#keepWrapUp();
  }

  #endWrapUp(): void {
    const next = stateAfterWrapUp(this.store.state);
    if (next) this.#backTo(next, this.store.state.breakReason);
  }

  /** A break has the reason again that it had, while there is such a reason. */
  #backTo(state: AgentState, reason: string | null): void {
    const known = this.store.state.hello?.break_reasons ?? [];
    const again = state === "break" && known.some(({ name }) => name === reason);
    this.setAgentState(state, again ? reason : null);
  }

  #keepWrapUp(): void {
    const from = this.store.state.wrapUpFrom;
    keep(localStorage, "wrap_up", { username: this.#username, kept: from });
  }

  #disposeRipe(): void {
    for (const { callId, code } of ripeResults(this.store.state)) {
      this.dispose(callId, code);
    }
  }

  /** What was written while a text was on its way, here or elsewhere. */
  #saveRest(callId: string): void {
    const { failed } = draftOf(this.store.state, callId);
    if (failed === null && !this.#pauses.has(callId)) this.saveNote(callId);
  }

  #onLink(link: DeskState["link"]): void {
    this.store.dispatch({ type: "link", link });
    if (link.status === "live") queueMicrotask(() => this.#sendAgain());
  }

  /** Everything unconfirmed goes out again; drafts kept over a reload as well. */
  #sendAgain(): void {
    for (const command of this.#commands.waiting()) this.#send(command);
    if (searchPending(this.store.state.search))
      this.find(this.store.state.search?.text ?? "");
    for (const [callId, draft] of Object.entries(this.store.state.drafts)) {
      if (unsaved(draft)) this.saveNote(callId);
      if (draft.forNext !== null) this.saveForNext(callId);
      if (draft.dispositionState === "waiting") {
        // Saved before the connection was lost, so the service has applied it by now.
        this.#dispose(callId, draft.disposition, draft.echoedText || draft.savedText);
      }
    }
  }

  #do(command: Command, id?: string): void {
    this.store.dispatch(sent(command));
    this.#send(this.#commands.put(command, id));
  }

  #send(frame: ClientFrame): void {
    this.#connection.send(sendable(frame));
  }

  #settled(replyTo: string, offset: number, failure: string | null): void {
    const command = this.#commands.settle(replyTo);
    if (!command) return;
    this.store.dispatch(settled(command, offset, failure));
    this.#keepDrafts();
    if (command.frame === "note") this.#saveRest(command.call_id);
  }

  #keepDrafts(): void {
    const drafts = keptDrafts(this.store.state);
    keep(sessionStorage, "drafts", { username: this.#username, kept: drafts });
  }

  #finishedElsewhere(event: StorageEvent): void {
    if (event.key !== "screenpop.finished") return;
    for (const callId of Object.keys(kept(localStorage, "finished", {}))) {
      if (this.store.state.pops[callId]?.wrapUp) {
        this.store.dispatch({ type: "finished", callId });
      }
    }
  }
}

function restored(username: string): Partial<DeskState> {
  return {
    wrapUpFrom: keptOf<AgentState | null>(username, localStorage, "wrap_up", null),
    drafts: restoredDrafts(keptOf(username, sessionStorage, "drafts", {})),
    finished: kept(localStorage, "finished", {}),
  };
}

/** Several people may use this browser one after the other. */
function keptOf<T>(username: string, storage: Storage, key: string, otherwise: T): T {
  const of = kept<{ username?: string; kept?: T }>(storage, key, {});
  return of.username === username ? (of.kept ?? otherwise) : otherwise;
}

/** What the frame brought onto the screen; of a resync only what rings now. */
function shownBy(frame: ServerFrame): { call_id: string; offset: number }[] {
  if (frame.frame === "pop.opened" || frame.frame === "pop.updated") return [frame];
  if (frame.frame !== "resync") return [];
  return frame.pops.filter((pop) => pop.state === "alerting");
}

function inTextField(): boolean {
  return document.activeElement?.matches(TEXT_FIELDS) ?? false;
}

function sent(command: Command): DeskAction {
  switch (command.frame) {
    case "note":
      return { type: "note_sent", callId: command.call_id };
    case "handover":
      return {
        type: "for_next_typed",
        callId: command.call_id,
        text: command.text,
      };
    case "call_back":
      return { type: "promise_sent", callId: command.call_id, at: command.at };
    case "disposition":
      return {
        type: "disposition_sent",
        callId: command.call_id,
        code: command.code || null,
      };
    case "choose": {
      const { source, key, undo } = command;
      const chosen = source && key ? { source, key } : "contact";
      const choice = undo ? "undo" : chosen;
      return { type: "choice_sent", callId: command.call_id, choice };
    }
    case "offers":
      return { type: "offers_marked", frame: command };
    case "agent_state":
      return { type: "state_wanted", state: command.state };
  }
}

function settled(command: Command, offset: number, failure: string | null): DeskAction {
  switch (command.frame) {
    case "note": {
      const { call_id: callId, text } = command;
      return failure === null
        ? { type: "note_saved", callId, text, offset }
        : { type: "note_failed", callId, message: failure };
    }
    case "handover": {
      const { call_id: callId, text } = command;
      return failure === null
        ? { type: "for_next_saved", callId, text }
        : { type: "for_next_failed", callId, message: failure };
    }
    case "call_back":
      return { type: "promise_settled", callId: command.call_id, at: command.at };
    case "disposition":
      return {
        type: "disposition_settled",
        callId: command.call_id,
        ok: failure === null,
      };
    case "choose":
      return { type: "choice_settled", callId: command.call_id };
    case "offers":
      return {
        type: "offers_settled",
        frame: command,
        until: failure === null ? offset : null,
      };
    case "agent_state":
      return { type: "state_wanted", state: null };
  }
}
