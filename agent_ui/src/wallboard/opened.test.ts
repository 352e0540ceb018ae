import { expect, test } from "vitest";
import { choiceOf } from "../reports/choice";
import type { CounterDef } from "../wire/frames";
import { addressOf, LIVE_CALLS } from "./opened";

const BOARD = { day: "2026-11-29" };
const counter = (name: string, unit: CounterDef["unit"] = "calls") =>
  ({ name, unit, label: name, formula: "" }) as CounterDef;
const sales = { queue: "sales", values: { abandoned: 2, offered: 0, waiting: 1 } };

test("a figure of today opens its calls of this queue", () => {
  const address = addressOf(BOARD, counter("abandoned"), sales) ?? "";
  const choice = choiceOf(address.slice(address.indexOf("?")));
  expect(choice.open).toEqual({
    numbers: ["abandoned"],
    from: "2026-11-29",
    to: "2026-11-30",
    queue: "sales",
  });
  expect([choice.queue, choice.from, choice.to]).toEqual([
    "sales",
    "2026-11-29",
    "2026-11-29",
  ]);
});

test("the total opens those of all queues", () => {
  const total = { queue: "", values: { abandoned: 2 } };
  const address = addressOf(BOARD, counter("abandoned"), total) ?? "";
  expect(choiceOf(address.slice(address.indexOf("?"))).open?.queue).toBeUndefined();
});

test("what waits or talks now is in the list of the board itself", () => {
  expect(addressOf(BOARD, counter("waiting"), sales)).toBe(`#${LIVE_CALLS}`);
});

test("where nothing is behind a figure it is not a link", () => {
  expect(addressOf(BOARD, counter("offered"), sales)).toBeNull();
  expect(addressOf(BOARD, counter("abandon_rate", "ratio"), sales)).toBeNull();
  expect(addressOf(BOARD, counter("occupancy", "ratio"), sales)).toBeNull();
  expect(addressOf(BOARD, counter("agents_free", "agents"), sales)).toBeNull();
});
