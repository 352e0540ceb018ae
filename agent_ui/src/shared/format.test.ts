import { expect, test } from "vitest";
import type { Column, Scalar } from "../wire/frames";
import {
  averageDuration,
  duration,
  formatsFor,
  setViewerLocale,
  viewerFormats,
} from "./format";

const british = formatsFor("en-GB");
const german = formatsFor("de-DE");

function shown(type: Column["type"], value: Scalar, currency: string | null = null) {
  const column: Column = { name: "x", label: "X", type, currency: null, labels: {} };
  return british.value(value, column, currency);
}

test("money is shown to the cent, however large", () => {
  expect(shown("money", "1240.00", "GBP")).toBe("£1,240.00");
  expect(shown("money", "-84.5", "GBP")).toBe("-£84.50");
  expect(shown("money", "90071992547409931.07", "EUR")).toBe(
    "€90,071,992,547,409,931.07",
  );
  expect(shown("money", "0.00", null)).toBe("0.00");
});

test("money reads as the viewer writes it", () => {
  const column: Column = {
    name: "x",
    label: "X",
    type: "money",
    currency: "EUR",
    labels: {},
  };
  expect(german.value("1240.00", column, null)).toBe("1.240,00\u00a0€");
});

test("an amount can be broken between number and currency, and nowhere else", () => {
  const polish = formatsFor("pl-PL").money("1234567.50", "PLN");
  expect(polish.pieces).toEqual(["1\u00a0234\u00a0567,50", "zł"]);
  const [unit, figure] = british.money("123456789012.00", "IDR").pieces;
  expect([unit, figure?.startsWith("123,456,789,012")]).toEqual(["Rp", true]);
  expect(british.money("1250.00", "GBP").pieces).toEqual(["£1,250.00"]);
  expect(british.money("1250.00", "GBP").brief).toMatch(/^£1.3k$/i);
  expect(german.money("161754.30", "ILS").pieces).toEqual(["161.754,30", "₪"]);
  expect(british.money("on request", "GBP").pieces).toEqual(["on request"]);
  expect(british.money(null, "GBP").text).toBe("–");
});

test("a figure in the least room is a number and its unit", () => {
  expect(german.compact(123_456_789_012)).toEqual(["123,5", "Mrd."]);
  expect(british.compact(297_455).join()).toMatch(/^297.5k$/i);
});

test("a small amount is not rounded to one decimal", () => {
  expect(british.compact(63.55)).toEqual(["63.55"]);
  expect(british.compact(900)).toEqual(["900"]);
  expect(british.compact(63.5)).toEqual(["63.50"]);
  expect(british.money("63.55", "GBP").brief).toBe("£63.55");
  expect(british.money("-63.50", "GBP").brief).toBe("-£63.50");
});

test("a day of the calendar is the same day in every time zone", () => {
  expect(shown("date", "2026-03-01")).toBe("1 Mar 2026");
  expect(shown("datetime", "2026-03-01")).toBe("1 Mar 2026");
});

test("a percentage is given in percent", () => {
  expect(shown("percent", 7.5)).toBe("7.5%");
});

test("what a source sends in the wrong type is shown as it came", () => {
  expect(shown("money", "on request", "GBP")).toBe("on request");
  expect(shown("date", "next week")).toBe("next week");
  expect(shown("integer", "12 boxes")).toBe("12 boxes");
  expect(shown("money", "5.00", "not a currency")).toBe("5.00");
  expect(shown("text", null)).toBe("–");
});

test("what is not understood is never shown as another value", () => {
  expect(shown("date", "2026-02-30")).toBe("2026-02-30");
  expect(shown("date", "0000-00-00")).toBe("0000-00-00");
  expect(shown("datetime", "2026-02-30T10:00:00")).toBe("2026-02-30T10:00:00");
  expect(shown("integer", 3.7)).toBe("3.7");
  expect(shown("number", " ")).toBe(" ");
  expect(shown("number", "0x10")).toBe("0x10");
  expect(shown("money", "1,234", "EUR")).toBe("1,234");
  expect(shown("flag", "gesperrt")).toBe("gesperrt");
  expect(shown("flag", "unknown")).toBe("unknown");
  expect(shown("date", "0001-01-01")).not.toMatch(/190/);
});

test("flags are words", () => {
  expect([true, "Y", 1, "false", 0].map((value) => shown("flag", value))).toEqual([
    "yes",
    "yes",
    "yes",
    "no",
    "no",
  ]);
});

test("an age takes little room", () => {
  const minute = 60_000;
  expect(british.age(0, 38_000)).toBe("38s");
  expect(british.age(0, 5 * minute)).toBe("5m");
  expect(british.age(10_000, 0)).toBe("0s");
});

test("a locale that nobody knows falls back instead of failing", () => {
  expect(formatsFor("xx_??").number(1000)).toBeTruthy();
});

test("durations count up without an end and never below zero", () => {
  expect([-5, 7, 83, 3725].map(duration)).toEqual(["0:00", "0:07", "1:23", "1:02:05"]);
});

test("an average is rounded, a time that still runs shows complete seconds", () => {
  expect(averageDuration(9.999)).toBe("0:10");
  expect(averageDuration(12.5)).toBe("0:13");
  expect(duration(12.9)).toBe("0:12");
});

test("a time of day is told in the zone that is named", () => {
  const formats = formatsFor("en-GB");
  const at = Date.parse("2026-11-27T05:26:00Z");
  expect(formats.timeIn(at, "America/Chicago")).toBe("23:26:00");
  expect(formats.timeIn(at, "Mars/Olympus")).toBe(formats.time(at));
});

test("a share that is not whole does not read as if it were", () => {
  expect(british.percent(0.9999)).toBe("99.9%");
  expect(british.percent(1)).toBe("100%");
  expect(german.percent(0.8333)).toBe("83,3\u00a0%");
  expect(british.percentRange(0.1, 0.9)).toBe("10%\u00a0–\u2060\u00a090%");
});

test("days, times and counts are written as the viewer does", () => {
  const american = formatsFor("en-US");
  const start = "2026-11-20T09:30:00+09:00";
  expect(british.clock(start)).toBe("09:30");
  expect(american.clock(start)).toMatch(/^9:30\sAM$/);
  expect(british.day("2026-11-20")).toBe("Fri 20 Nov");
  expect(german.day("2026-11-20", true)).toBe("Fr., 20. Nov. 2026");
  expect(british.momentIn("2026-11-20T09:30:00Z", "Asia/Tokyo")).toBe(
    "20 Nov 2026, 18:30:00",
  );
  expect(german.count(12_345)).toBe("12.345");
  expect([british.count(2.25), british.count(20.4)]).toEqual(["2.3", "20"]);
});

test("the locale of the account is the one of every page", () => {
  setViewerLocale("de-DE");
  expect(viewerFormats().count(1.5)).toBe("1,5");
  setViewerLocale("en-GB");
  expect(viewerFormats().count(1.5)).toBe("1.5");
});
