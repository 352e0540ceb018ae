import { expect, test } from "vitest";
import { setViewerLocale } from "../shared/format";
import { resultWords, revenueWords } from "./by_kind";

setViewerLocale("en-GB");

const ROW = {
  name: "",
  label: "",
  calls: 9,
  answered: 9,
  known: 9,
  orders: 0,
  revenue: {},
};

test("the most frequent results stand first, the rest as one", () => {
  const results = { a: 1, b: 5, c: 3, d: 2, e: 1, f: 1 };
  const words = resultWords({ ...ROW, results }, { b: "Sold" });
  expect(words).toBe("Sold 5, c 3, d 2, a 1, others 2");
  expect(resultWords({ ...ROW, results: {} }, {})).toBe("none");
  expect(resultWords({ ...ROW, results: null }, {})).toBe("–");
});

test("revenue is by currency", () => {
  expect(revenueWords({ EUR: 1.4, USD: 20 })).toBe("€1.40, $20.00");
  expect(revenueWords({ "": 3 })).toBe("3.00");
  expect(revenueWords({})).toBe("0");
  expect(revenueWords(null)).toBe("–");
});
