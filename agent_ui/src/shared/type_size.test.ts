import { expect, test } from "vitest";
import { scaled } from "./type_size";

test.each([
  ["(max-width: 900px)", 1.5, "(max-width: 1350px)"],
  [
    "(max-width: 900px) and (max-height: 32rem)",
    2,
    "(max-width: 1800px) and (max-height: 64rem)",
  ],
  ["(min-width: 120.01rem)", 1, "(min-width: 120.01rem)"],
  ["(prefers-reduced-motion: reduce)", 2, "(prefers-reduced-motion: reduce)"],
])("%s at type size %d", (query, factor, wanted) => {
  expect(scaled(query, factor)).toBe(wanted);
});
