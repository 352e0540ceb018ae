import { describe, expect, it } from "vitest";
import type { ServerFrame } from "../wire/frames";
import { story, told } from "./golden";
import type { DeskState } from "./model";
import { markOf, nextMark, offersOn } from "./offers";
import { reduce } from "./reduce";

const TAPE = { facet: "recommendations", item: "tape" };
const BAGS = { facet: "goes_with", item: "7" };

function applied(state: DeskState, frame: ServerFrame): DeskState {
  return reduce(state, { type: "frame", frame, nowMs: 0, typing: false });
}

function talking(): { state: DeskState; callId: string } {
  const state = told(story("fills_in_and_is_answered"));
  const callId = state.order[0] ?? "";
  const pop = state.pops[callId];
  if (!pop) throw new Error("no card");
  const rows = (...skus: (string | number | null)[]) => ({
    ...Object.values(pop.facets)[0],
    rows: skus.map((sku) => ({ sku })),
  });
  const facets = { recommendations: rows("tape", null), goes_with: rows(7) };
  const card = { ...pop, facets: { ...pop.facets, ...facets } } as typeof pop;
  return { state: { ...state, pops: { [callId]: card } }, callId };
}

function mark(of: { state: DeskState; callId: string }, mark: "taken" | "shown" | "") {
  const offers = [TAPE];
  const frame = { frame: "offers" as const, call_id: of.callId, offers, mark };
  return { ...of, state: reduce(of.state, { type: "offers_marked", frame }) };
}

function tape({ state, callId }: { state: DeskState; callId: string }) {
  const pop = state.pops[callId];
  return pop ? markOf(pop, TAPE) : undefined;
}

describe("offers of a card", () => {
  it("are the rows with an article number, in the order of the card", () => {
    const { state, callId } = talking();
    const pop = state.pops[callId];
    expect(pop && offersOn(pop)).toEqual([TAPE, BAGS]);
  });

  it("have the mark that was given, at once", () => {
    expect(tape(talking())).toBeNull();
    expect(tape(mark(talking(), "taken"))).toBe("taken");
  });

  it("keep a mark when they are shown again", () => {
    expect(tape(mark(mark(talking(), "taken"), "shown"))).toBe("taken");
    expect(tape(mark(mark(talking(), "taken"), ""))).toBe("shown");
  });

  it("have the mark that the service tells", () => {
    const { state, callId } = mark(talking(), "taken");
    const pop = state.pops[callId];
    const note = {
      text: "",
      disposition: null,
      saved_at: null,
      marks: { "recommendations/tape": "declined" as const },
    };
    const frame = { frame: "pop.updated" as const, offset: state.offset + 1, note };
    const named = { call_id: callId, line: "l", occurrence: 0 };
    const after = applied(state, { ...frame, ...named });
    expect(pop && tape({ state: after, callId })).toBe("declined");
  });
});

describe("one key", () => {
  it("goes through all marks and back to none", () => {
    expect(nextMark(null)).toBe("offered");
    expect(nextMark("shown")).toBe("offered");
    expect(nextMark("offered")).toBe("taken");
    expect(nextMark("declined")).toBe("unsuitable");
    expect(nextMark("unsuitable")).toBe("");
  });
});
