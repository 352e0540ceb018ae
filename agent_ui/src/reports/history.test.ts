import { expect, test } from "vitest";
import { daysOf } from "./history";

test("numbers are shown with the days of their answer, the last one in", () => {
  const [from, to] = ["2026-11-02T00:00:00+00:00", "2026-11-30T00:00:00+00:00"];
  expect(daysOf({ from, to })).toEqual({ from: "2026-11-02", to: "2026-11-29" });
  const day = { from: "2026-03-29T00:00:00+00:00", to: "2026-03-30T00:00:00+01:00" };
  expect(daysOf(day)).toEqual({ from: "2026-03-29", to: "2026-03-29" });
});
