import { describe, expect, test } from "vitest";
import type { PopOpened, PopUpdated } from "../wire/frames";
import { draftOf, stranded } from "./drafts";
import { story, told } from "./golden";
import { type DeskState, POPS_MAX } from "./model";
import { talkingElsewhere } from "./pops";
import { reduce } from "./reduce";
import { stateAfterWrapUp } from "./wrap_up";

const opened = story("two_calls")[2] as PopOpened;

function ringing(id: string, offset: number, changes: Partial<PopOpened> = {}) {
  return { ...opened, call_id: id, offset, ...changes };
}

function over(id: string, offset: number): PopOpened {
  const at = opened.arrived_at;
  const answered = { answered_at: at, ended_at: at };
  return ringing(id, offset, { state: "closed", closed: "ended", ...answered });
}

function many(count: number): DeskState {
  const frames = Array.from({ length: count }, (_, at) => over(`w-${at}`, 100 + at));
  return told([...story("first_visit"), ...frames]);
}

describe("beyond the limit of cards", () => {
  test("the oldest that is over leaves whole, so that no invisible one is left", () => {
    const state = told([ringing("new", 900)], many(POPS_MAX));
    expect(state.order).toHaveLength(POPS_MAX);
    expect(Object.keys(state.pops).sort()).toEqual([...state.order].sort());
    expect(state.order).toContain("new");
  });

  test("wrap-up ends once every visible card is finished", () => {
    let state = many(POPS_MAX + 5);
    const agent = state.agent && { ...state.agent, state: "wrap_up" as const };
    state = { ...state, agent, wrapUpFrom: "available" };
    for (const callId of state.order) {
      state = reduce(state, { type: "finished", callId });
    }
    expect(stateAfterWrapUp(state)).toBe("available");
  });

  test("an unsaved note of a card that left is kept", () => {
    const first = many(POPS_MAX);
    const callId = first.order.find((id) => id !== first.selected) ?? "";
    const typed = reduce(first, { type: "typed", callId, text: "half a sent" });
    const state = told([ringing("new", 900)], typed);
    expect(state.pops[callId]).toBeUndefined();
    expect(draftOf(state, callId).text).toBe("half a sent");
    const failed = { type: "note_failed", callId, message: "no such call" } as const;
    expect(stranded(reduce(state, failed))).toMatchObject([{ callId }]);
  });
});

describe("the call on which the agent talks", () => {
  const answers = (id: string, offset: number, at: string): PopUpdated => ({
    frame: "pop.updated",
    offset,
    call_id: id,
    line: opened.line,
    occurrence: opened.occurrence,
    state: "answered",
    answered_at: at,
  });
  const two = told([...story("first_visit"), ringing("a", 50), ringing("b", 51)]);
  const typing = (state: DeskState, frame: PopUpdated) =>
    reduce(state, { type: "frame", frame, nowMs: 0, typing: true });

  test("is named while another card is in front", () => {
    const first = told([answers("a", 52, "2026-11-20T09:12:01Z")], two);
    expect(talkingElsewhere(first)).toBeNull();
    const both = typing(first, answers("b", 53, "2026-11-20T09:12:31Z"));
    expect(both.selected).toBe("a");
    expect(talkingElsewhere(both)?.call_id).toBe("b");
  });

  test("comes to the front when it is taken off hold", () => {
    const held = {
      ...answers("a", 52, "2026-11-20T09:12:01Z"),
      state: "held" as const,
    };
    const state = reduce(told([held], two), { type: "selected", callId: "b" });
    const resumed = answers("a", 60, "2026-11-20T09:12:01Z");
    expect(told([resumed], state).selected).toBe("a");
    expect(typing(state, resumed).selected).toBe("b");
  });
});

test("a call that we made is never one that we missed", () => {
  const closed = (direction: PopOpened["direction"]) =>
    told([
      ...story("first_visit"),
      ringing("a", 50, { direction }),
      {
        frame: "pop.closed",
        offset: 51,
        call_id: "a",
        line: opened.line,
        occurrence: opened.occurrence,
        reason: "unanswered",
        wrap_up: false,
        ended_at: null,
        answered_by: null,
      },
    ]).farewells[0]?.missed;
  expect(closed("inbound")).toBe(true);
  expect(closed("outbound")).toBe(false);
});
