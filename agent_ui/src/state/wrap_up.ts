// When does the work after a call begin, and which state does it give back?

import type { AgentState, DeskState, Pop } from "./model";

export interface WrapUp {
  /** The same in all tabs of this agent, so that the service hears it once. */
  id: string;
  /** The state that Finish gives back. */
  from: AgentState;
}

/** This agent talked until just now: what is to be said, if anything. */
export function wrapUpBegins(before: DeskState, after: DeskState): WrapUp | null {
  const { agent, hello } = after;
  const from = after.wantedState ?? agent?.state;
  if (!from || !hello?.wrap_up_s || from === "wrap_up") return null;
  const ended = Object.values(after.pops).find(
    (pop) => pop.wrapUp && before.pops[pop.call_id]?.wrapUp === false,
  );
  return ended ? { id: idOf(ended), from } : null;
}

/** The state to go back to once nothing is left to finish; null to leave it. */
export function stateAfterWrapUp(state: DeskState): AgentState | null {
  if (state.agent?.state !== "wrap_up" || somethingToFinish(state)) return null;
  return state.wrapUpFrom ?? "available";
}

/** The card left without Finish (a result was given, then the page was loaded anew). */
export function wrapUpForgotten(state: DeskState): boolean {
  const ours = state.synced && state.wrapUpFrom !== null && state.wantedState === null;
  return ours && state.agent?.state === "wrap_up" && !somethingToFinish(state);
}

function somethingToFinish(state: DeskState): boolean {
  return Object.values(state.pops).some((pop) => pop.wrapUp);
}

/** A call may come back to the same agent: the answer's time tells the two apart. */
function idOf(pop: Pop): string {
  const call = pop.call_id.replace(/[^A-Za-z0-9_.:-]/g, "_").slice(-40);
  return `wrap-up.${call}.${Date.parse(pop.answered_at ?? pop.arrived_at)}`;
}
