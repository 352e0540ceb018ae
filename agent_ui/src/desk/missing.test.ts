import { describe, expect, test } from "vitest";
import { patchDraft } from "../state/drafts";
import { initialDesk, type Pop } from "../state/model";
import type { Hello } from "../wire/frames";
import { missingOf } from "./missing";

const DISPOSITIONS = [
  { code: "sold", label: "Sold", note_required: false, labels: {} },
  { code: "complaint", label: "Complaint", note_required: true, labels: {} },
];
const hello = { dispositions: DISPOSITIONS, results_required: ["sales"] };
const talked = {
  call_id: "c-1",
  queue: "sales",
  direction: "inbound",
  answered_at: "2026-11-29T10:00:00Z",
} as Pop;

function missing(
  pop: Partial<Pop> = {},
  draft: Parameters<typeof patchDraft>[2] = {},
  said: object = hello,
) {
  const desk = { ...initialDesk(), hello: said as Hello };
  return missingOf(patchDraft(desk, "c-1", draft), { ...talked, ...pop });
}

describe("a result that a queue requires", () => {
  test("is missing on a call of that queue alone", () => {
    expect(missing()).toBe("result");
    expect(missing({ queue: "support" })).toBeNull();
    expect(missing({ queue: null })).toBeNull();
  });

  test("is not asked where the call was not answered, or of a colleague's call", () => {
    expect(missing({ answered_at: null })).toBeNull();
    expect(missing({ direction: "internal" })).toBeNull();
  });

  test("is given in whatever state its saving is, and may need a note", () => {
    for (const dispositionState of ["saved", "sending", "failed"] as const) {
      expect(missing({}, { disposition: "sold", dispositionState })).toBeNull();
    }
    const complaint = {
      disposition: "complaint",
      dispositionState: "waiting",
    } as const;
    expect(missing({}, complaint)).toBe("note");
    expect(missing({}, { ...complaint, text: "late" })).toBeNull();
  });

  test("blocks nobody who has no results to choose from, or an older service", () => {
    expect(missing({}, {}, { ...hello, dispositions: [] })).toBeNull();
    expect(missing({}, {}, { dispositions: DISPOSITIONS })).toBeNull();
  });
});
