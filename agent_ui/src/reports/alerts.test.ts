import { describe, expect, it } from "vitest";
import { setViewerLocale } from "../shared/format";
import { valueWords } from "./alerts";

setViewerLocale("en-GB");

describe("the value of an alert", () => {
  it("reads in the unit of its number", () => {
    expect(valueWords(0.52, { unit: "ratio" })).toBe("52%");
    expect(valueWords(83, { unit: "seconds" })).toBe("1:23");
    expect(valueWords(0.52, { unit: "seconds" })).toBe("0.5s");
    expect(valueWords(1, { unit: "failing" })).toBe("no\u00a0answer");
    expect(valueWords(7.6, { unit: "gaps" })).toBe("8 usual gaps");
    expect(valueWords(3, { unit: null })).toBe("3");
    expect(valueWords(null, { unit: "calls" })).toBe("–");
  });
});
