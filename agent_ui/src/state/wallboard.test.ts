import { expect, test } from "vitest";
import { formatsFor } from "../shared/format";
import { valueText } from "../wallboard/alerts";
import { alertOn } from "../wallboard/level";
import type { AlertSeen } from "../wire/frames";
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

test("alerts stay as they were until a delta names others", () => {
  const delta = story("wallboard")[2];
  const before = story("wallboard")[1];
  if (delta?.frame !== "wallboard.delta" || before?.frame !== "wallboard.snapshot")
    throw new Error("the story has both");
  const open = { ...ALERT, id: "wait/1/sales" };
  const shown = (alerts: AlertSeen[] | null) =>
    [
      { ...before, alerts: [open] },
      { ...delta, alerts },
    ].reduce(
      (state, frame) => reduceWallboard(state, { type: "frame", frame, nowMs: 0 }),
      initialWallboard,
    ).board?.alerts;
  expect(shown(null)).toEqual([open]);
  expect(shown([])).toEqual([]);
});

const ALERT: AlertSeen = {
  id: "wait/1/",
  label: "Longest wait",
  subject: "sales",
  subject_label: "",
  number: "longest_wait_s",
  level: "warning",
  value: 61,
  opened_at: "2026-11-29T09:00:00.000Z",
  acknowledged_by: null,
};

test("a number is as bad as the worst alert that is open on it", () => {
  const board = (...levels: AlertSeen["level"][]) => ({
    alerts: levels.map((level) => ({ ...ALERT, level })),
  });
  expect(alertOn(board("warning", "critical"), "sales", "longest_wait_s")).toBe(
    "critical",
  );
  expect(alertOn(board("warning"), "sales", "longest_wait_s")).toBe("warning");
  expect(alertOn(board("warning"), "", "longest_wait_s")).toBeUndefined();
  expect(alertOn(board("warning"), "sales", "waiting")).toBeUndefined();
});

test("the value of an alert is said in its unit", () => {
  const formats = formatsFor("en-GB");
  const said = (number: string, value: number | null) =>
    valueText({ number, value }, [], formats);
  expect(said("match_rate", 0.25)).toBe(formats.percent(0.25));
  expect(said("ring_to_pop_s", 0.5)).toBe("0.5s");
  expect(said("line_silence", 7.4)).toBe("7 usual gaps");
  expect(said("source_failing", 1)).toBe("not answering as it should");
  expect(said("waiting", 3)).toBe("3");
  expect(said("service_level", null)).toBe("unknown");
});
