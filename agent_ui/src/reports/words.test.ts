import { describe, expect, it } from "vitest";
import { setViewerLocale } from "../shared/format";
import {
  addDays,
  against,
  axisWords,
  daysBetween,
  dayWords,
  intervalWords,
  opens,
  shown,
  usualWords,
} from "./words";

setViewerLocale("en-GB");

describe("numbers of reports", () => {
  it("are a dash where there is none, never 0 or 100%", () => {
    expect(shown(null, "ratio")).toBe("–");
    expect(shown(undefined, "calls")).toBe("–");
    expect(shown(0, "ratio")).toBe("0%");
  });

  it("do not round a share up to all", () => {
    expect(shown(0.9999, "ratio")).toBe("99.9%");
    expect(shown(1, "ratio")).toBe("100%");
    expect(shown(0.8333, "ratio")).toBe("83.3%");
  });

  it("read as their unit", () => {
    expect(shown(83.4, "seconds")).toBe("1:23");
    expect(shown(12_345, "calls")).toBe("12,345");
    expect(shown(2.25, "calls")).toBe("2.3");
  });

  it("open where calls are behind them", () => {
    expect([opens(null, "ratio"), opens(0, "calls")]).toEqual([false, false]);
    expect([opens(0, "ratio"), opens(3, "calls")]).toEqual([true, true]);
    expect(opens(0.7, "ratio", "occupancy")).toBe(false);
  });

  it("say in words what is usual, and whether they are", () => {
    expect(usualWords([8, 10, 15], "calls")).toBe("usual 10 (8 to 15)");
    expect(usualWords(null, "calls")).toBe("");
    expect(against(16, [8, 10, 15])).toBe("above usual");
    expect(against(7, [8, 10, 15])).toBe("below usual");
    expect(against(8, [8, 10, 15])).toBe("as usual");
    expect(against(null, [8, 10, 15])).toBe("");
  });
});

describe("intervals", () => {
  it("read on the clock of the centre, whatever the browser's is", () => {
    const [start, end] = ["2026-11-20T09:00:00+09:00", "2026-11-20T09:30:00+09:00"];
    expect(intervalWords(start, end, "30m", true)).toBe("09:00–09:30");
    expect(intervalWords(start, end, "30m", false)).toBe("Fri 20 Nov 09:00–09:30");
    expect(axisWords(start, "30m", true)).toBe("09:00");
    expect(axisWords("2026-11-20T00:00:00+09:00", "30m", false)).toBe("20 Nov");
  });

  it("of days and weeks name their first and last day", () => {
    const [monday, next] = ["2026-11-16T00:00:00+00:00", "2026-11-23T00:00:00+00:00"];
    expect(intervalWords(monday, next, "day", false)).toBe("Mon 16 Nov");
    expect(intervalWords(monday, next, "week", false)).toBe("Mon 16 Nov to Sun 22 Nov");
    const open = "2026-11-20T10:15:00+00:00";
    expect(intervalWords(monday, open, "week", false)).toBe("Mon 16 Nov to Fri 20 Nov");
  });

  it("count days over the end of a month and of summer time", () => {
    expect(addDays("2026-10-31", 1)).toBe("2026-11-01");
    expect(addDays("2026-03-01", -1)).toBe("2026-02-28");
    expect(daysBetween("2026-10-24", "2026-10-26")).toBe(2);
    expect(dayWords("2026-10-25")).toBe("Sun 25 Oct");
    expect(dayWords("2025-10-25", "2026")).toBe("Sat, 25 Oct 2025");
  });
});
