// Which cards are on the desk, and which one is in front?

import { placeLabel } from "../i18n/labels";
import type { PopClosed, PopOpened, PopUpdated } from "../wire/frames";
import { arrivalsOf } from "./arrivals";
import { noteEchoed, noteEchoedWithoutCard, unsettled } from "./drafts";
import {
  callerTitle,
  type DeskState,
  FAREWELLS_MAX,
  type Farewell,
  numberTitle,
  POPS_MAX,
  type Pop,
} from "./model";
import { notTold } from "./offers";

export function openPop(
  state: DeskState,
  frame: PopOpened,
  typing: boolean,
): DeskState {
  if (isFinished(state, frame)) return withoutCard(state, frame);
  const known = state.pops[frame.call_id];
  if (known && known.offset > frame.offset) return state;
  if (frame.closed && !staysForWrapUp(frame)) {
    return passedBy(withoutCard(state, frame), frame);
  }
  const next = noteEchoed(
    place(state, toPop(frame)),
    frame.call_id,
    frame.note,
    frame.offset,
  );
  return mayTakeFront(next, frame.call_id, typing)
    ? { ...next, selected: frame.call_id }
    : next;
}

export function updatePop(
  state: DeskState,
  frame: PopUpdated,
  typing: boolean,
): DeskState {
  const pop = state.pops[frame.call_id];
  if (!pop) return withoutCard(state, frame);
  if (frame.offset < pop.offset) return state;
  const { frame: _name, facets, note, ...changes } = frame;
  const updated: Pop = { ...pop, ...changes };
  if (facets) updated.facets = { ...pop.facets, ...facets };
  if (note) updated.marks = note.marks ?? {};
  if (note) updated.marking = notTold(pop.marking, frame.offset);
  if (note) updated.forNext = note.for_next ?? "";
  if (note) updated.callBackAt = note.call_back_at ?? null;
  let next = place(state, updated);
  if (note) next = noteEchoed(next, frame.call_id, note, frame.offset);
  const justAnswered = pop.state !== "answered" && frame.state === "answered";
  return justAnswered && !typing ? { ...next, selected: frame.call_id } : next;
}

export function closePop(state: DeskState, frame: PopClosed): DeskState {
  const pop = state.pops[frame.call_id];
  if (!pop) return tellWhoAnswered(state, frame);
  if (frame.offset < pop.offset) return state;
  const closed: Pop = {
    ...pop,
    offset: frame.offset,
    state: "closed",
    closed: frame.reason,
    ended_at: frame.ended_at,
    wrapUp: frame.wrap_up,
    consult: null,
  };
  if (frame.wrap_up) return place(state, closed);
  return removePop(
    addFarewell(state, farewell(closed, frame.answered_by)),
    frame.call_id,
  );
}

/** Everything is replaced; what the agent is writing stays. */
export function resyncPops(state: DeskState, frames: PopOpened[]): DeskState {
  const empty: DeskState = { ...state, pops: {}, order: [], selected: null };
  const opened = frames.reduce((sum, frame) => openPop(sum, frame, true), empty);
  const pops = Object.entries(opened.pops).map(([callId, pop]) => {
    const before = state.pops[callId]?.arrivals;
    return [callId, { ...pop, arrivals: { ...pop.arrivals, ...before } }];
  });
  const live: DeskState = { ...opened, pops: Object.fromEntries(pops) };
  const kept = state.selected && state.selected in live.pops ? state.selected : null;
  return forgetDrafts({ ...live, selected: kept ?? nextInFront(live) });
}

export function removePop(state: DeskState, callId: string): DeskState {
  const { [callId]: _gone, ...pops } = state.pops;
  const order = state.order.filter((each) => each !== callId);
  const next = forgetDrafts({ ...state, pops, order });
  return state.selected === callId ? { ...next, selected: nextInFront(next) } : next;
}

export function isRinging(pop: Pop): boolean {
  return pop.state === "alerting";
}

/**
 * The call on which the agent talks while another card is in front. Not every
 * telephone system tells holds: of two that are answered the later one is talked to.
 */
export function talkingElsewhere(state: DeskState): Pop | null {
  const talking = Object.values(state.pops).filter((pop) => pop.state === "answered");
  const last = talking.reduce<Pop | null>(
    (latest, pop) => (answeredMs(pop) >= answeredMs(latest) ? pop : latest),
    null,
  );
  return state.selected && last?.call_id !== state.selected ? last : null;
}

function answeredMs(pop: Pop | null): number {
  return Date.parse(pop?.answered_at ?? "") || 0;
}

function toPop(frame: PopOpened): Pop {
  const { frame: _name, missed_while_away: _missed, ...pop } = frame;
  const marks = frame.note.marks ?? {};
  const forNext = frame.note.for_next ?? "";
  const callBackAt = frame.note.call_back_at ?? null;
  const wrapUp = frame.closed !== null;
  return { ...pop, wrapUp, arrivals: {}, marks, marking: {}, forNext, callBackAt };
}

function place(state: DeskState, pop: Pop): DeskState {
  const known = state.order.includes(pop.call_id);
  const order = known ? state.order : [...state.order, pop.call_id];
  const pops = { ...state.pops, [pop.call_id]: arrived(pop, state.pops[pop.call_id]) };
  const next = { ...state, pops, order };
  return order.length > POPS_MAX ? withoutOldest(next, pop.call_id) : next;
}

function arrived(pop: Pop, before: Pop | undefined): Pop {
  const { facets, offset } = pop;
  return { ...pop, arrivals: arrivalsOf(facets, before?.arrivals ?? {}, offset) };
}

/** A card leaves whole, the oldest that is over first; never the one in front. */
function withoutOldest(state: DeskState, newest: string): DeskState {
  const others = state.order.filter((id) => id !== state.selected && id !== newest);
  const over = others.find((id) => state.pops[id]?.state === "closed");
  return removePop(state, over ?? others[0] ?? newest);
}

/** Of a card that is not shown only the note matters: a result may wait for it. */
function withoutCard(state: DeskState, frame: PopOpened | PopUpdated): DeskState {
  const { call_id, note, offset } = frame;
  return note ? noteEchoedWithoutCard(state, call_id, note, offset) : state;
}

/** The same card again, or one that rang before it was finished. */
function isFinished(state: DeskState, frame: PopOpened): boolean {
  const offset = state.finished[frame.call_id];
  if (offset === undefined) return false;
  return frame.closed !== null || frame.offset <= offset;
}

/** It ended while the browser was away: did this agent talk? */
function staysForWrapUp(frame: PopOpened): boolean {
  const others = frame.closed === "answered_elsewhere" || frame.closed === "unanswered";
  return !frame.missed_while_away && !others && frame.answered_at !== null;
}

function passedBy(state: DeskState, frame: PopOpened): DeskState {
  const line = farewell(toPop(frame), null);
  const missed =
    frame.missed_while_away &&
    frame.closed !== "answered_elsewhere" &&
    frame.direction !== "outbound";
  return removePop(addFarewell(state, { ...line, missed }), frame.call_id);
}

function farewell(pop: Pop, answeredBy: string | null): Farewell {
  return {
    callId: pop.call_id,
    who: callerTitle(pop),
    number: numberTitle(pop),
    queue: placeLabel(pop.queue_label ?? pop.queue),
    direction: pop.direction,
    reason: pop.closed ?? "ended",
    answeredBy,
    at: pop.ended_at ?? pop.alerting_at ?? pop.arrived_at,
    missed: pop.closed === "unanswered" && pop.direction !== "outbound",
  };
}

/** After a resume the card had gone already when its end is told. */
function tellWhoAnswered(state: DeskState, frame: PopClosed): DeskState {
  if (!frame.answered_by) return state;
  const farewells = state.farewells.map((line) =>
    line.callId === frame.call_id
      ? {
          ...line,
          answeredBy: frame.answered_by,
          reason: frame.reason,
          missed: line.missed && frame.reason === "unanswered",
        }
      : line,
  );
  return { ...state, farewells };
}

function addFarewell(state: DeskState, line: Farewell): DeskState {
  const others = state.farewells.filter((each) => each.callId !== line.callId);
  return { ...state, farewells: [line, ...others].slice(0, FAREWELLS_MAX) };
}

/** A ringing call comes to the front unless the agent is talking or typing. */
function mayTakeFront(state: DeskState, callId: string, typing: boolean): boolean {
  const front = state.selected ? state.pops[state.selected] : undefined;
  if (!front || front.call_id === callId) return true;
  const busy = front.state === "answered" || front.state === "held" || isRinging(front);
  return !busy && !typing;
}

function nextInFront(state: DeskState): string | null {
  const rank = ["answered", "held", "alerting", "closed"];
  const pops = state.order.flatMap((id) => state.pops[id] ?? []);
  pops.sort((a, b) => rank.indexOf(a.state) - rank.indexOf(b.state));
  return pops[0]?.call_id ?? null;
}

/** Saved drafts of cards that left are not needed; others are kept until sent. */
function forgetDrafts(state: DeskState): DeskState {
  const kept = Object.entries(state.drafts).filter(
    ([callId, draft]) => callId in state.pops || unsettled(draft),
  );
  return { ...state, drafts: Object.fromEntries(kept) };
}
