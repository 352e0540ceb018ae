import { describe, expect, test } from "vitest";
import type { AgentUpdated, Hello, PopClosed } from "../wire/frames";
import { story, told } from "./golden";
import type { AgentState, DeskState } from "./model";
import { reduce } from "./reduce";
import { stateAfterWrapUp, wrapUpBegins, wrapUpForgotten } from "./wrap_up";

const frames = story("fills_in_and_is_answered");

function talkingIn(state: AgentState): DeskState {
  return says(told(frames.slice(0, -1)), state);
}

function says(desk: DeskState, state: AgentState): DeskState {
  const frame: AgentUpdated = {
    frame: "agent.updated",
    offset: desk.offset + 1,
    agent: "1001",
    name: "Ana",
    state,
    telephone: "idle",
    since: "",
    reason: null,
  };
  return reduce(desk, { type: "frame", frame, nowMs: 0, typing: false });
}

function hungUp(desk: DeskState, answered = true): DeskState {
  const frame = { ...(frames.at(-1) as PopClosed), offset: 99, wrap_up: answered };
  return reduce(desk, { type: "frame", frame, nowMs: 0, typing: false });
}

function inWrapUp(from: AgentState): DeskState {
  const ended = reduce(hungUp(talkingIn(from)), { type: "wrap_up_begun", from });
  return says(reduce(ended, { type: "state_wanted", state: "wrap_up" }), "wrap_up");
}

describe("wrap-up", () => {
  test("begins with the end of a call that this agent had, in every tab alike", () => {
    const before = talkingIn("break");
    const begins = wrapUpBegins(before, hungUp(before));
    expect(begins?.from).toBe("break");
    expect(begins?.id).toMatch(/^wrap-up\.c-1\.\d+$/);
    expect(wrapUpBegins(before, hungUp(before))?.id).toBe(begins?.id);
  });

  test("does not begin for a call that somebody else answered", () => {
    const before = talkingIn("available");
    expect(wrapUpBegins(before, hungUp(before, false))).toBeNull();
  });

  test("does not begin a second time, nor over what the agent has chosen", () => {
    const before = talkingIn("available");
    const after = hungUp(before);
    expect(wrapUpBegins(after, after)).toBeNull();
    const own = says(before, "wrap_up");
    expect(wrapUpBegins(own, hungUp(own))).toBeNull();
  });

  test("does not begin where the centre gives no time for it", () => {
    const before = talkingIn("available");
    const after = hungUp(before);
    const hello: Hello = { ...(after.hello as Hello), wrap_up_s: 0 };
    expect(wrapUpBegins(before, { ...after, hello })).toBeNull();
  });

  test("gives the former state back once nothing is left to finish", () => {
    const working = inWrapUp("break");
    expect(working.wrapUpFrom).toBe("break");
    expect(stateAfterWrapUp(working)).toBeNull();
    const done = reduce(working, { type: "finished", callId: "c-1" });
    expect(stateAfterWrapUp(done)).toBe("break");
    expect(wrapUpForgotten(done)).toBe(true);
  });

  test("is over when another state is said, here or elsewhere", () => {
    expect(says(inWrapUp("available"), "break").wrapUpFrom).toBeNull();
    const chosen = reduce(inWrapUp("available"), { type: "state_chosen" });
    expect(wrapUpForgotten({ ...chosen, pops: {} })).toBe(false);
  });

  test("chosen by the agent without a call stays until they say otherwise", () => {
    const own = says(told(story("first_visit")), "wrap_up");
    expect(wrapUpForgotten(own)).toBe(false);
  });
});

test("the reason of a break is known until the break ends, also through a wrap-up", () => {
  const desk = told(frames.slice(0, -1));
  const said = (state: AgentState, reason: string | null) => (before: DeskState) => {
    const frame = { ...(before.agent as AgentUpdated), state, reason };
    return reduce(before, { type: "frame", frame, nowMs: 0, typing: false });
  };
  const inBreak = said("break", "lunch")(desk);
  expect(inBreak.breakReason).toBe("lunch");
  const after = said("wrap_up", null)(inBreak);
  expect(after.breakReason).toBe("lunch");
  expect(said("available", null)(after).breakReason).toBeNull();
});
