import { expect, test } from "vitest";
import { story } from "./golden";
import { initialWallboard, keyOf, reduceWallboard } from "./wallboard";

const board = (count: number) =>
  story("wallboard")
    .slice(0, count)
    .reduce(
      (state, frame) => reduceWallboard(state, { type: "frame", frame, nowMs: 0 }),
      initialWallboard,
    ).board;

test("a snapshot is shown whole", () => {
  expect(board(2)?.queues.map((each) => each.queue)).toEqual(["", "sales"]);
});

test("a delta replaces what it names, adds what is new and keeps the rest", () => {
  const after = board(3);
  expect(after?.queues.map((each) => [each.queue, each.values.waiting])).toEqual([
    ["", 0],
    ["sales", 1],
    ["support", 0],
  ]);
  expect(after?.agents.map((each) => [each.agent, each.telephone])).toEqual([
    ["1001", "talking"],
  ]);
});

test("a delta before any snapshot shows nothing", () => {
  const delta = story("wallboard")[2];
  if (!delta) throw new Error("the story has a delta");
  const state = reduceWallboard(initialWallboard, {
    type: "frame",
    frame: delta,
    nowMs: 0,
  });
  expect(state.board).toBeNull();
});

test("a person's row stays theirs at another telephone, and people have keys of their own", () => {
  expect(keyOf({ user: "ana", agent: "1001" })).toBe(
    keyOf({ user: "ana", agent: "4444" }),
  );
  expect(keyOf({ user: "1001", agent: "x" })).not.toBe(
    keyOf({ user: null, agent: "1001" }),
  );
});

test("lines without queues stay as they were until a delta names others", () => {
  const delta = story("wallboard")[2];
  const before = story("wallboard")[1];
  if (delta?.frame !== "wallboard.delta" || before?.frame !== "wallboard.snapshot")
    throw new Error("the story has both");
  const shown = (lines: string[] | null) =>
    [
      { ...before, lines_without_queues: ["main"] },
      { ...delta, lines_without_queues: lines },
    ].reduce(
      (state, frame) => reduceWallboard(state, { type: "frame", frame, nowMs: 0 }),
      initialWallboard,
    ).board?.lines_without_queues;
  expect(shown(null)).toEqual(["main"]);
  expect(shown([])).toEqual([]);
});
