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

interface Told {
  state: DeskState;
  callId: string;
}
type SayMark = "taken" | "shown" | "";

function said({ callId }: Told, mark: SayMark) {
  return { frame: "offers" as const, call_id: callId, offers: [TAPE], mark };
}

function mark(of: Told, mark: SayMark): Told {
  const frame = said(of, mark);
  return { ...of, state: reduce(of.state, { type: "offers_marked", frame }) };
}

function settled(of: Told, mark: SayMark, until: number | null): Told {
  const frame = said(of, mark);
  return { ...of, state: reduce(of.state, { type: "offers_settled", frame, until }) };
}

function toldBack(of: Told, mark: "taken" | "declined", offset: number): Told {
  const marks = { "recommendations/tape": mark };
  const note = { text: "", disposition: null, saved_at: null, marks };
  const named = { call_id: of.callId, line: "l", occurrence: 0 };
  const frame = { frame: "pop.updated" as const, offset, note, ...named };
  return { ...of, state: applied(of.state, frame) };
}

function tape({ state, callId }: Told) {
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

  it("keep what was said last while the service still tells of what was said before", () => {
    const said = mark(talking(), "taken");
    const at = said.state.offset;
    expect(tape(toldBack(said, "declined", at + 1))).toBe("taken");
    const kept = settled(toldBack(said, "declined", at + 1), "taken", at + 2);
    expect(tape(toldBack(kept, "declined", at + 1))).toBe("taken");
    expect(tape(toldBack(kept, "taken", at + 2))).toBe("taken");
  });

  it("have the mark that the service tells after its word on ours", () => {
    const said = mark(talking(), "taken");
    const at = said.state.offset;
    const kept = settled(said, "taken", at + 1);
    expect(tape(toldBack(kept, "declined", at + 2))).toBe("declined");
    const late = settled(toldBack(said, "declined", at + 2), "taken", at + 1);
    expect(tape(late)).toBe("declined");
  });

  it("lose a mark that the service refused, and are not reported shown again", () => {
    expect(tape(settled(mark(talking(), "taken"), "taken", null))).toBeNull();
    expect(tape(settled(mark(talking(), "shown"), "shown", null))).toBe("shown");
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
