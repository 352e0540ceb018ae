import { describe, expect, test } from "vitest";
import type { PopUpdated } from "../wire/frames";
import { draftOf } from "./drafts";
import { story, told } from "./golden";
import { mergedText } from "./merge";
import { unsaved } from "./model";
import { reduce } from "./reduce";

test.each([
  ["both at the end", "x", "x AAA", "x BBB", "x BBB AAA"],
  ["at the beginning and at the end", "x", "A x", "x B", "A x B"],
  ["from nothing", "", "mine", "theirs", "theirs mine"],
  ["one deletes what the other leaves", "a b c", "a c", "a b c d", "a c d"],
  ["the same", "x", "x y", "x y", "x y"],
  ["one holds the other", "x", "x wants forty", "x wants", "x wants forty"],
  ["only theirs", "x", "x", "x y", "x y"],
  ["only mine", "x", "x y", "x", "x y"],
])("%s", (_name, base, mine, theirs, merged) => {
  expect(mergedText(base, mine, theirs)).toBe(merged);
});

test("no word of either is lost, wherever both write", () => {
  const base = "wants 40 cogs by Monday";
  for (let a = 0; a <= base.length; a += 1) {
    for (let b = 0; b <= base.length; b += 1) {
      const mine = `${base.slice(0, a)}<MINE>${base.slice(a)}`;
      const theirs = `${base.slice(0, b)}<THEIRS>${base.slice(b)}`;
      const merged = mergedText(base, mine, theirs);
      expect(merged).toContain("<MINE>");
      expect(merged).toContain("<THEIRS>");
      expect(merged.replace("<MINE>", "").replace("<THEIRS>", "").trim()).toBe(base);
    }
  }
});

describe("a note that two tabs write", () => {
  const frames = story("notes_echoed");
  const open = () => told(frames.slice(0, 3));
  const echo = (text: string, offset: number): PopUpdated => ({
    ...(frames[3] as PopUpdated),
    offset,
    note: { text, disposition: null, saved_at: null },
  });
  const typed = (state: ReturnType<typeof open>, text: string) =>
    reduce(state, { type: "typed", callId: "c-1", text });
  const readied = (state: ReturnType<typeof open>) =>
    draftOf(reduce(state, { type: "note_readied", callId: "c-1" }), "c-1");

  test("is sent with the words of the other tab", () => {
    const before = typed(told([echo("x", 45)], open()), "x BBB");
    const draft = readied(told([echo("x AAA", 50)], before));
    expect(draft.text).toBe("x AAA BBB");
    expect(unsaved(draft)).toBe(true);
  });

  test("is sent with the other's first words while its own are on their way", () => {
    const sent = reduce(typed(open(), "BBB"), { type: "note_sent", callId: "c-1" });
    const draft = readied(told([echo("AAA", 50)], sent));
    expect(draft.text).toBe("AAA BBB");
    expect(unsaved(draft)).toBe(true);
  });

  test("keeps both although its own text was confirmed in between", () => {
    const sent = reduce(typed(told([echo("x", 45)], open()), "x BBB"), {
      type: "note_sent",
      callId: "c-1",
    });
    const heard = told([echo("x AAA", 50), echo("x BBB", 51)], sent);
    const saved = {
      type: "note_saved",
      callId: "c-1",
      text: "x BBB",
      offset: 51,
    } as const;
    expect(readied(typed(reduce(heard, saved), "x BBB more")).text).toBe(
      "x AAA BBB more",
    );
  });

  test("that is confirmed before its echo is not mixed with an older one", () => {
    const sent = reduce(typed(told([echo("x", 45)], open()), "xy"), {
      type: "note_sent",
      callId: "c-1",
    });
    const saved = {
      type: "note_saved",
      callId: "c-1",
      text: "xy",
      offset: 51,
    } as const;
    expect(readied(typed(reduce(sent, saved), "xyz")).text).toBe("xyz");
  });

  test("does not take the echo of its own text for another's", () => {
    const sent = reduce(typed(open(), "wants"), { type: "note_sent", callId: "c-1" });
    const state = told([echo("wants", 50)], typed(sent, "wa"));
    expect(readied(state).text).toBe("wa");
  });
});
