import { expect, test } from "vitest";
import type { PopClosed } from "../wire/frames";
import { keyOf, namedBy, received, sendable } from "./calls";

const closed: PopClosed = {
  frame: "pop.closed",
  offset: 7,
  call_id: "17",
  line: "sbc",
  occurrence: 3,
  reason: "ended",
  wrap_up: false,
  ended_at: null,
  answered_by: null,
};

test("two lines with the same call id, and one that uses it again, are three calls", () => {
  const ids = [closed, { ...closed, line: "pbx" }, { ...closed, occurrence: 4 }].map(
    (frame) => (received(frame) as PopClosed).call_id,
  );
  expect(new Set(ids).size).toBe(3);
});

test("what is sent names line, id and occurrence", () => {
  const named = { line: "a/b", call_id: "~1/ü%", occurrence: 12 };
  expect(namedBy(keyOf(named))).toEqual(named);
  const note = sendable({ frame: "note", call_id: keyOf(named), text: "x" });
  expect(note).toEqual({ frame: "note", text: "x", ...named });
});

test("a draft that an older page kept still names its call", () => {
  expect(namedBy("c-1")).toEqual({ call_id: "c-1" });
});
