import { describe, expect, it } from "vitest";
import { formatsFor } from "../shared/format";
import {
  attemptWords,
  keyOf,
  laterChoices,
  type Recall,
  stateWords,
  tryWords,
  whyWords,
} from "./answers";

const NOW = Date.parse("2026-11-21T10:00:00Z");
const formats = formatsFor("en-GB");

function row(more: Partial<Recall> = {}): Recall {
  return {
    line: "main",
    call_id: "c-2",
    occurrence: 0,
    first: { line: "main", call_id: "c-1", occurrence: 0 },
    state: "waiting",
    number: "+442079460958",
    display: "020 7946 0958",
    name: null,
    company: null,
    kind: "abandoned",
    asked: false,
    out_of_hours: false,
    queue: "sales",
    queue_label: "Sales",
    attempts: 1,
    first_at: "2026-11-21T08:00:00Z",
    last_at: "2026-11-21T09:45:00Z",
    waited_s: 41.2,
    tries: 0,
    last_try: null,
    matter: null,
    matters: 0,
    money: null,
    claimed_by: null,
    claimed_by_me: false,
    claimed_until: null,
    snoozed_until: null,
    promised: null,
    closed: null,
    tel: "tel:+442079460958",
    click_to_call: null,
    ...more,
  };
}

describe("a row of the recall list", () => {
  it("says why the caller waits", () => {
    expect(whyWords(row())).toBe("Gave up after 0:41 · Sales");
    const night = row({ kind: "missed", out_of_hours: true, waited_s: 0, queue: null });
    expect(whyWords({ ...night, queue_label: null })).toBe(
      "Not answered · out of hours",
    );
    expect(whyWords(row({ asked: true }))).toContain("asked for a call before");
  });

  it("says how often and how long they have tried", () => {
    expect(attemptWords(row(), formats, NOW)).toBe("1 attempt, 15 min ago");
    expect(attemptWords(row({ attempts: 3 }), formats, NOW)).toBe(
      "3 attempts, first 2 hr ago, last 15 min ago",
    );
  });

  it("says who tried to call back", () => {
    expect(tryWords(row(), formats, NOW)).toBeNull();
    const last_try = { at: "2026-11-21T09:55:00Z", by: "Ben" };
    expect(tryWords(row({ tries: 2, last_try }), formats, NOW)).toBe(
      "Called back 2×, last 5 min ago by Ben",
    );
  });

  it("says who has claimed it, or how it was closed and by whom", () => {
    expect(stateWords(row(), formats)).toBeNull();
    const claimed_until = "2026-11-21T10:30:00Z";
    const claimed = row({ state: "claimed", claimed_by: "Ben", claimed_until });
    expect(stateWords(claimed, formats)).toMatch(/^Ben calls back, until /);
    expect(stateWords({ ...claimed, claimed_by_me: true }, formats)).toMatch(/^You /);
    const closed = { how: "got_through", label: null, at: claimed_until, by: "Ana" };
    const done = row({ state: "closed", closed });
    expect(stateWords(done, formats)).toMatch(/^Got through to Ana, /);
    const settled = { ...closed, how: "settled", label: "Settled without a call" };
    expect(stateWords({ ...done, closed: settled }, formats)).toMatch(
      /^Settled without a call by Ana, /,
    );
  });

  it("keeps its key while the caller calls again", () => {
    expect(keyOf(row({ call_id: "c-9" }))).toBe(keyOf(row()));
  });
});

describe("the times to put a caller off", () => {
  it("end with the next morning, within the days of the list", () => {
    const evening = new Date(2026, 10, 21, 18, 0);
    expect(laterChoices(evening, 7).at(-1)).toEqual({
      label: "Tomorrow at 9",
      minutes: 15 * 60,
    });
    expect(laterChoices(new Date(2026, 10, 21, 8, 0), 1).length).toBe(3);
  });
});
