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

/** One tab as `desk/client` drives it: one text on its way, told in journal order. */
class Tab {
  state = told(story("notes_echoed").slice(0, 3));
  inbox: (() => void)[] = [];

  get draft() {
    return draftOf(this.state, "c-1");
  }

  type(word: string): void {
    const text = this.draft.text ? `${this.draft.text} ${word}` : word;
    this.state = reduce(this.state, { type: "typed", callId: "c-1", text });
  }

  /** The text that goes out now, if one does. */
  save(): string | null {
    if (this.draft.sending !== null) return null;
    this.state = reduce(this.state, { type: "note_readied", callId: "c-1" });
    if (!unsaved(this.draft)) return null;
    this.state = reduce(this.state, { type: "note_sent", callId: "c-1" });
    return this.draft.text;
  }
}

function written(seed: number): { tabs: Tab[]; words: string[] } {
  let random = seed;
  const below = (n: number) => {
    random = (random * 1103515245 + 12345) % 2147483648;
    return Math.floor((random / 2147483648) * n);
  };
  const tabs = [new Tab(), new Tab()];
  const words: string[] = [];
  let offset = 100;
  const frame = story("notes_echoed")[3] as PopUpdated;
  const journals = (writer: Tab, text: string) => {
    offset += 1;
    const at = offset;
    const note = { text, disposition: null, saved_at: "" };
    for (const tab of tabs) {
      tab.inbox.push(() => {
        const echo = { ...frame, offset: at, note };
        tab.state = reduce(tab.state, {
          type: "frame",
          frame: echo,
          nowMs: 0,
          typing: false,
        });
      });
    }
    late.push(() => {
      const saved = { type: "note_saved", callId: "c-1", text, offset: at } as const;
      writer.inbox.push(() => {
        writer.state = reduce(writer.state, saved);
      });
    });
  };
  /** Texts journalled in one group are all told before the first is said to be done. */
  const late: (() => void)[] = [];
  const onTheirWay: [Tab, string][] = [];
  const saves = (tab: Tab) => {
    const text = tab.save();
    if (text !== null) onTheirWay.push([tab, text]);
  };
  const step = (typing: boolean) => {
    const tab = tabs[below(2)] as Tab;
    const what = below(typing ? 4 : 3);
    if (below(2)) for (const done of late.splice(0)) done();
    if (what === 0) saves(tab);
    else if (what === 1) {
      const [one] = onTheirWay.splice(below(onTheirWay.length), 1);
      if (one) journals(...one);
    } else if (what === 2) tab.inbox.shift()?.();
    else if (words.length < 2) {
      const word = words.length ? "bravo" : "alpha";
      words.push(word);
      tab.type(word);
    }
  };
  for (let n = 0; n < 60; n += 1) step(true);
  for (let n = 0; n < 600; n += 1) step(false);
  return { tabs, words };
}

test("two words written at once stand once in both tabs, whatever the network's order", () => {
  for (let seed = 1; seed <= 500; seed += 1) {
    const { tabs, words } = written(seed);
    const [here, there] = tabs.map((tab) => tab.draft.text);
    expect(here, `seed ${seed}`).toBe(there);
    expect(here?.split(/\s+/).toSorted(), `seed ${seed}`).toEqual(words);
  }
});
