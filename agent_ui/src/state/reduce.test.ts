import { describe, expect, test } from "vitest";
import type { PopClosed, PopOpened, PopUpdated, ServerFrame } from "../wire/frames";
import { draftOf, keptDrafts, restoredDrafts, ripeDisposition } from "./drafts";
import { story, told } from "./golden";
import { callerTitle, type DeskAction, initialDesk, unsaved } from "./model";
import { reduce } from "./reduce";

const act = (state: ReturnType<typeof told>, ...actions: DeskAction[]) =>
  actions.reduce(reduce, state);

describe("a card", () => {
  test("opens with the first frame and fills in without losing a facet", () => {
    const frames = story("fills_in_and_is_answered");
    const opened = told(frames.slice(0, 3));
    expect(opened.selected).toBe("c-1");
    expect(opened.pops["c-1"]?.facets.balance?.state).toBe("pending");
    const filled = told(frames.slice(0, -2));
    const facets = Object.values(filled.pops["c-1"]?.facets ?? {});
    expect(facets.length).toBe(10);
    expect(facets.map((facet) => facet.state)).not.toContain("pending");
    const pop = filled.pops["c-1"];
    expect(pop && callerTitle(pop)).toBe("Marguerite Adeyemi");
  });

  test("stays for the wrap-up and leaves when it is finished", () => {
    const ended = told(story("fills_in_and_is_answered"));
    expect(ended.pops["c-1"]?.wrapUp).toBe(true);
    const finished = act(ended, { type: "finished", callId: "c-1" });
    expect(finished.order).toEqual([]);
    expect(finished.selected).toBeNull();
  });

  test("cannot be finished while the call goes on", () => {
    const ringing = told(story("fills_in_and_is_answered").slice(0, 3));
    expect(act(ringing, { type: "finished", callId: "c-1" })).toBe(ringing);
  });

  test("that was finished does not come back with a resync", () => {
    const frames = story("fills_in_and_is_answered");
    const finished = act(told(frames), { type: "finished", callId: "c-1" });
    const opened = frames[2] as PopOpened;
    const closed: PopOpened = { ...opened, closed: "ended", state: "closed" };
    const resync: ServerFrame = {
      frame: "resync",
      offset: 90,
      pops: [{ ...closed, answered_at: opened.arrived_at }],
      agent: null,
      reason: "too_old",
    };
    expect(told([resync], finished).order).toEqual([]);
  });

  test("comes back when the finished call rings here again", () => {
    const frames = story("fills_in_and_is_answered");
    const finished = act(told(frames), { type: "finished", callId: "c-1" });
    const again: PopOpened = { ...(frames[2] as PopOpened), offset: 99 };
    expect(told([again], finished).order).toEqual(["c-1"]);
    expect(told([frames[2] as PopOpened], finished).order).toEqual([]);
  });

  test("leaves when a colleague answers, with a line that says who", () => {
    const state = told(story("a_colleague_answers"));
    expect(state.order).toEqual([]);
    expect(state.farewells[0]).toMatchObject({
      reason: "answered_elsewhere",
      answeredBy: "Ben Ito",
      missed: false,
    });
  });

  test("keeps the same state when every frame comes twice", () => {
    for (const name of [
      "fills_in_and_is_answered",
      "two_calls",
      "several_candidates",
    ]) {
      const frames = story(name);
      const twice = frames.flatMap((frame) => [frame, frame]);
      expect(told(twice)).toEqual(told(frames));
    }
  });

  test("is not changed by a frame older than what it shows", () => {
    const state = told(story("several_candidates"));
    const old: PopUpdated = {
      frame: "pop.updated",
      offset: 41,
      call_id: "c-1",
      line: "telephones",
      occurrence: 1,
      candidates: [],
    };
    expect(told([old], state).pops).toEqual(state.pops);
  });
});

describe("which card is in front", () => {
  test("a second ringing call waits in its tab while the agent talks", () => {
    const state = told(story("two_calls"));
    expect(state.order).toEqual(["c-1", "c-2"]);
    expect(state.selected).toBe("c-1");
  });

  test("nothing takes the front while the agent types", () => {
    const ended = told(story("fills_in_and_is_answered"));
    const opened = { ...(story("two_calls")[4] as PopOpened), offset: 70 };
    const arrive = (typing: boolean) =>
      reduce(ended, { type: "frame", frame: opened, nowMs: 0, typing });
    expect(arrive(true).selected).toBe("c-1");
    expect(arrive(false).selected).toBe("c-2");
  });

  test("the next call comes to the front when the one in front leaves", () => {
    const state = told(story("two_calls"));
    const closed: PopClosed = {
      frame: "pop.closed",
      offset: 80,
      call_id: "c-1",
      line: "telephones",
      occurrence: 1,
      reason: "left",
      wrap_up: false,
      ended_at: null,
      answered_by: null,
    };
    expect(told([closed], state).selected).toBe("c-2");
  });
});

describe("after the browser was away", () => {
  test("missed calls are quiet lines, those of a colleague are not called missed", () => {
    const state = told(story("missed_while_away"));
    expect(state.order).toEqual([]);
    const lines = state.farewells.map(({ callId, missed, answeredBy }) => ({
      callId,
      missed,
      answeredBy,
    }));
    expect(lines).toEqual([
      { callId: "c-2", missed: false, answeredBy: "Ben Ito" },
      { callId: "c-1", missed: true, answeredBy: null },
    ]);
  });

  test("a resync replaces all cards and keeps what is being written", () => {
    const typed = act(told(story("two_calls")), {
      type: "typed",
      callId: "c-1",
      text: "half a sent",
    });
    const resync: ServerFrame = {
      frame: "resync",
      offset: 95,
      pops: [{ ...(story("two_calls")[4] as PopOpened), offset: 95 }],
      agent: null,
      reason: "too_old",
    };
    const state = told([resync], typed);
    expect(state.order).toEqual(["c-2"]);
    expect(state.offset).toBe(95);
    expect(draftOf(state, "c-1").text).toBe("half a sent");
  });

  test("neither hello nor done moves the offset that is named in resume", () => {
    const state = told(story("notes_echoed").slice(0, 3));
    const hello = { ...story("first_visit")[0], offset: 500 } as ServerFrame;
    const done: ServerFrame = { frame: "done", offset: 501, reply_to: "x" };
    expect(told([hello, done], state).offset).toBe(state.offset);
  });
});

describe("a note", () => {
  const frames = story("notes_echoed");
  const open = () => told(frames.slice(0, 3));
  const typed = (text: string): DeskAction => ({ type: "typed", callId: "c-1", text });

  test("is not overwritten by an echo while it is unsaved", () => {
    const state = told(frames.slice(3), act(open(), typed("newer, unsaved")));
    expect(draftOf(state, "c-1").text).toBe("newer, unsaved");
  });

  test("is not overwritten by an echo older than its confirmation", () => {
    const saved: DeskAction = {
      type: "note_saved",
      callId: "c-1",
      text: "mine",
      offset: 43,
    };
    const state = act(open(), typed("mine"), saved);
    expect(draftOf(told([frames[3] as ServerFrame], state), "c-1").text).toBe("mine");
  });

  test("of another tab appears where nothing is being written", () => {
    expect(draftOf(told(frames), "c-1").text).toBe("newer");
  });

  test("is unsaved again when typing goes on while it is being saved", () => {
    const state = act(
      open(),
      typed("ab"),
      { type: "note_sent", callId: "c-1" },
      typed("abc"),
      { type: "note_saved", callId: "c-1", text: "ab", offset: 50 },
    );
    expect(unsaved(draftOf(state, "c-1"))).toBe(true);
  });

  test("survives a reload until it is saved, and only until then", () => {
    const state = act(open(), typed("unsaved"));
    const reloaded = initialDesk({ drafts: restoredDrafts(keptDrafts(state)) });
    expect(draftOf(told(frames.slice(0, 4), reloaded), "c-1").text).toBe("unsaved");
    const saved = act(state, {
      type: "note_saved",
      callId: "c-1",
      text: "unsaved",
      offset: 60,
    });
    expect(keptDrafts(saved)).toEqual({});
  });

  test("lets a disposition that needs it wait until the service has it", () => {
    const waits = act(open(), {
      type: "disposition_waits",
      callId: "c-1",
      code: "complaint",
    });
    expect(ripeDisposition(draftOf(waits, "c-1"))).toBeNull();
    const echoed = told([frames[3] as ServerFrame], waits);
    expect(ripeDisposition(draftOf(echoed, "c-1"))).toBe("complaint");
  });
});

test("an agent's wish is shown until the service confirms or refuses it", () => {
  const state = act(told(story("first_visit")), {
    type: "state_wanted",
    state: "break",
  });
  expect(state.wantedState).toBe("break");
  expect(state.agent).not.toBeNull();
  if (!state.agent) return;
  const confirmed = { ...state.agent, offset: 60, state: "break" as const };
  expect(told([confirmed], state)).toMatchObject({
    wantedState: null,
    agent: { state: "break" },
  });
});
