import { expect, test } from "vitest";
import { story } from "./golden";
import { initialWallboard, reduceWallboard } from "./wallboard";

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
