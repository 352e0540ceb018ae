import { describe, expect, it } from "vitest";
import { setViewerLocale } from "../shared/format";
import type { Difference } from "./answers";
import {
  figureText,
  headersOf,
  momentWords,
  ownWords,
  quarterOf,
  rowsOf,
  sidesOf,
  textOf,
  wayWords,
} from "./compare_words";

setViewerLocale("en-GB");

describe("another tool's figure", () => {
  it.each([
    ["78 %", "ratio", "0.78"],
    ["78,50%", "ratio", "0.7850"],
    ["7", "ratio", "0.07"],
    ["100", "ratio", "1.00"],
    ["0.78", "ratio", "0.78"],
    ["1", "ratio", "1"],
    ["1 %", "ratio", "0.01"],
    ["212", "calls", "212"],
    ["1:05", "seconds", "65"],
    ["1:02:03", "seconds", "3723"],
    ["23,5", "seconds", "23.5"],
  ] as const)("%s as a %s is %s", (written, unit, text) => {
    expect(figureText(written, unit)).toBe(text);
  });

  it.each([
    ["", "calls"],
    ["many", "calls"],
    ["-3", "calls"],
    ["5 %", "calls"],
    ["1:05", "calls"],
    ["1.000,5", "calls"],
  ] as const)("%s as %s is not a number", (written, unit) => {
    expect(figureText(written, unit)).toBeNull();
  });
});

describe("another tool's list", () => {
  it("is read as spreadsheets write it", () => {
    const utf8 = new TextEncoder().encode("\ufeffGesprächszeit").buffer;
    expect(textOf(utf8 as ArrayBuffer)).toBe("Gesprächszeit");
    const windows = new Uint8Array([0x47, 0xe4, 0x3b]).buffer;
    expect(textOf(windows)).toBe("Gä;");
  });

  it("has headers and rows", () => {
    const list = '"Beginn";Von, Nach;\r\n1;2\r\n\r\n3;4\r\n';
    expect(headersOf(list)).toEqual(["Beginn", "Von, Nach"]);
    expect(rowsOf(list)).toBe(2);
    expect(headersOf("")).toEqual([]);
    expect(rowsOf("")).toBe(0);
  });
});

describe("a difference", () => {
  const call = {
    line: "main",
    call_id: "c-1",
    occurrence: 0,
    arrived: "2026-11-02T09:30:05+01:00",
    queues: [
      { queue: "sales", left: "moved", after_s: 12 },
      { queue: "", left: null, after_s: null },
    ],
  };

  it("says the way of the call", () => {
    const words = "Sales moved after 0:12, queue without a name waiting";
    const label = (queue: string) => (queue ? "Sales" : "");
    expect(wayWords(call, label)).toBe(words);
    expect(wayWords({ ...call, queues: [] }, label)).toBe("rang directly");
  });

  it("has two sides, also without a partner", () => {
    const none = { their_start: null, their_id: null, their_queue: null, start: null };
    const row: Difference = { ...none, row: 4, call: null, there: null, here: null };
    expect(sidesOf(row)).toEqual({ there: "listed", here: "not stored" });
    const own: Difference = { ...none, row: null, call, there: null, here: "answered" };
    expect(sidesOf(own)).toEqual({ there: "not listed", here: "answered" });
  });

  it("is opened in its quarter of an hour, in the zone of the centre", () => {
    const [from, to] = quarterOf(call.arrived);
    expect(from).toBe("2026-11-02T09:30:00+01:00");
    expect(Date.parse(to) - Date.parse(from)).toBe(900_000);
    expect(quarterOf("2026-11-02T09:14:59+00:00")[0]).toBe("2026-11-02T09:00:00+00:00");
  });

  it("reads as people say it", () => {
    expect(momentWords(call.arrived)).toBe("Mon 2 Nov 09:30:05");
    expect(momentWords(null)).toBe("–");
    expect(ownWords(null, "calls", 0)).toBe("not counted");
    expect(ownWords(0, "ratio", 1)).toBe("not within");
    expect(ownWords(2, "calls", 0)).toBe("2");
    expect(ownWords(1, "ratio", 0)).toBe("100%");
    expect(ownWords(1, "ratio", 2)).toBe("within the target, 2 times");
    expect(ownWords(0.5, "ratio", 2)).toBe("50%, 2 times");
  });
});
