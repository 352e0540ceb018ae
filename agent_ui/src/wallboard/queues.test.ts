import { expect, test } from "vitest";
import { formatsFor } from "../shared/format";
import { figureText, groupOf, isHidden, takenOfNothing } from "./queues";

test("a share of short abandons only has nothing to divide by", () => {
  for (const [rate, of, short] of [
    ["abandon_rate", "offered", "short_abandoned"],
    ["calls_abandon_rate", "calls", "calls_short_abandoned"],
    ["direct_abandon_rate", "direct", "direct_short_abandoned"],
  ] as const) {
    expect(takenOfNothing(rate, { [of]: 1, [short]: 1 })).toBe(true);
    expect(takenOfNothing(rate, { [of]: 2, [short]: 1 })).toBe(false);
    expect(takenOfNothing(rate, {})).toBe(true);
  }
});

test("a count is never a dash, an average is one until a call is answered", () => {
  expect(takenOfNothing("offered", { offered: 0 })).toBe(false);
  expect(takenOfNothing("average_speed_of_answer_s", { answered: 0 })).toBe(true);
  expect(takenOfNothing("average_speed_of_answer_s", { answered: 1 })).toBe(false);
});

test("the centre's own service level stands with today, the variants by themselves", () => {
  const counter = { label: "", formula: "", unit: "ratio" } as const;
  expect(groupOf({ ...counter, name: "service_level" })).toBe("today");
  expect(groupOf({ ...counter, name: "service_level_amazon" })).toBe("variants");
});

test("a service level of nothing is not in the frame, and is a dash", () => {
  const counter = {
    name: "service_level",
    label: "",
    formula: "",
    unit: "ratio",
  } as const;
  expect(figureText(counter, undefined, formatsFor("en"))).toBe("–");
  expect(figureText(counter, 0.75, formatsFor("en"))).toBe("75%");
});

test("a handle time that is left out of handled calls is of too few agents", () => {
  expect(isHidden("average_handle_time_s", { handled: 3 })).toBe(true);
  expect(isHidden("average_handle_time_s", { handled: 0 })).toBe(false);
  expect(
    isHidden("average_handle_time_s", { handled: 3, average_handle_time_s: 9 }),
  ).toBe(false);
  expect(isHidden("service_level", { offered: 3 })).toBe(false);
});
