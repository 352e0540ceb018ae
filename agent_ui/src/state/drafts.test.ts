import { describe, expect, test } from "vitest";
import type { PopClosed, PopOpened, PopUpdated } from "../wire/frames";
import {
  draftOf,
  forNextSaved,
  keptDrafts,
  patchDraft,
  restoredDrafts,
  ripeDisposition,
  ripeResults,
  stranded,
} from "./drafts";
import { story, told } from "./golden";
import { type DeskAction, type DeskState, initialDesk } from "./model";
import { reduce } from "./reduce";

const frames = story("fills_in_and_is_answered");
const opened = frames.find((frame) => frame.frame === "pop.opened") as PopOpened;
const id = "c-1";

function act(state: DeskState, ...actions: DeskAction[]): DeskState {
  return actions.reduce(reduce, state);
}

function wrapUp(): DeskState {
  const closed = { ...(frames.at(-1) as PopClosed), offset: 99, wrap_up: true };
  return told([opened, closed]);
}

function echo(text: string, offset = 120): PopUpdated {
  const note = { text, disposition: null, saved_at: "" };
  return {
    frame: "pop.updated",
    call_id: id,
    line: "pbx",
    occurrence: 0,
    note,
    offset,
  };
}

/** A result that needs a note is pressed, the note is typed and sent, then Finish. */
function finishedAtOnce(): DeskState {
  return act(
    wrapUp(),
    { type: "disposition_waits", callId: id, code: "complaint" },
    { type: "typed", callId: id, text: "pays on Monday" },
    { type: "note_sent", callId: id },
    { type: "finished", callId: id },
  );
}

describe("a result that waits for its note", () => {
  test("goes out after the note also when the card is finished", () => {
    const finished = finishedAtOnce();
    expect(finished.pops).toEqual({});
    const saved = act(finished, {
      type: "note_saved",
      callId: id,
      text: "pays on Monday",
      offset: 119,
    });
    expect(ripeResults(saved)).toEqual([]);
    const ripe = [{ callId: id, code: "complaint" }];
    expect(ripeResults(told([echo("pays on Monday")], saved))).toEqual(ripe);
  });

  test("goes out when a reload shows the note of the finished card", () => {
    const { note, offset } = echo("x");
    const again = { ...opened, closed: "ended", note, offset } as PopOpened;
    const state = told([again], finishedAtOnce());
    expect(state.pops).toEqual({});
    expect(ripeDisposition(draftOf(state, id))).toBe("complaint");
  });

  test("goes out when the history took the note", () => {
    const late: DeskAction = {
      type: "note_kept_late",
      callId: id,
      text: "pays on Monday",
    };
    const state = act(finishedAtOnce(), late);
    expect(ripeDisposition(draftOf(state, id))).toBe("complaint");
    expect(draftOf(state, id).sending).toBeNull();
  });

  test("survives a reload, with or without a text, until it is saved", () => {
    const waits = act(wrapUp(), {
      type: "disposition_waits",
      callId: id,
      code: "complaint",
    });
    const drafts = restoredDrafts(keptDrafts(waits));
    const reloaded = told([echo("")], { ...wrapUp(), drafts });
    expect(draftOf(reloaded, id)).toMatchObject({
      disposition: "complaint",
      dispositionState: "waiting",
    });
    const sent = act(
      waits,
      { type: "disposition_sent", callId: id, code: "complaint" },
      { type: "disposition_settled", callId: id, ok: true },
    );
    expect(keptDrafts(sent)).toEqual({});
  });

  test("that was cleared and not yet sent is cleared after a reload as well", () => {
    const cleared = act(wrapUp(), { type: "disposition_sent", callId: id, code: null });
    const draft = restoredDrafts(keptDrafts(cleared))[id];
    expect(draft).toMatchObject({ disposition: null, dispositionState: "waiting" });
  });

  test("is offered again when it is refused after the card left", () => {
    const refused = act(
      finishedAtOnce(),
      { type: "note_kept_late", callId: id, text: "pays on Monday" },
      { type: "disposition_sent", callId: id, code: "complaint" },
      { type: "disposition_settled", callId: id, ok: false },
    );
    expect(stranded(refused).map((each) => each.callId)).toEqual([id]);
  });

  test("is forgotten with a card that left before anything was written", () => {
    const state = act(
      wrapUp(),
      { type: "disposition_waits", callId: id, code: "complaint" },
      { type: "finished", callId: id },
    );
    expect(state.drafts).toEqual({});
  });
});

describe("a note for the next agent", () => {
  const typed = (text: string) => patchDraft(initialDesk(), "c-1", { forNext: text });

  test("is kept over a reload until the service has it", () => {
    const drafts = restoredDrafts(keptDrafts(typed("speaks Dutch")));
    expect(drafts["c-1"]?.forNext).toBe("speaks Dutch");
    const saved = forNextSaved(typed("speaks Dutch"), "c-1", "speaks Dutch");
    expect(keptDrafts(saved)).toEqual({});
  });

  test("that was typed on while it was sent is not taken for saved", () => {
    const state = forNextSaved(typed("speaks Dutch, slowly"), "c-1", "speaks Dutch");
    expect(draftOf(state, "c-1").forNext).toBe("speaks Dutch, slowly");
  });
});
