import { expect, test } from "vitest";
import { setViewerLocale } from "../shared/format";
import { mostChosen, revenueWords } from "./by_kind";

setViewerLocale("en-GB");

test("the most frequent results stand first, the rest as one", () => {
  const results = { a: 1, b: 5, c: 3, d: 2, e: 1, f: 1 };
  const { most, others } = mostChosen(results);
  expect(most.map(([code]) => code)).toEqual(["b", "c", "d", "a"]);
  expect(others).toBe(2);
  expect(mostChosen({})).toEqual({ most: [], others: 0 });
});

test("revenue is by currency", () => {
  expect(revenueWords({ EUR: 1.4, USD: 20 })).toBe("€1.40, $20.00");
  expect(revenueWords({ "": 3 })).toBe("3.00");
  expect(revenueWords({})).toBe("0");
  expect(revenueWords(null)).toBe("–");
});
