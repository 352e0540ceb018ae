import { describe, expect, it } from "vitest";
import { setViewerLocale } from "../shared/format";
import {
  cellWords,
  columnName,
  columnsOf,
  figure,
  type Me,
  type OwnCall,
  partWords,
  periodWords,
  resultRows,
  rowsWords,
  type Section,
  stateWords,
} from "./answers";

setViewerLocale("en-GB");

const me: Me = {
  at: "2026-11-21T10:00:00Z",
  time_zone: "UTC",
  state: {
    state: "available",
    telephone: "talking",
    since: "2026-11-21T09:12:03.250Z",
  },
  counters: [],
  queues: [],
  waiting: [],
  figures: [
    {
      period: "today",
      from: "2026-11-21T00:00:00+00:00",
      values: { rang: 3, talk_s: 3725, results: { sold: 1 } },
    },
    {
      period: "28_days",
      from: "2026-10-25T00:00:00+00:00",
      values: { rang: 1234, talk_s: 90, results: { lost: 9, sold: 2, old: 2 } },
    },
  ],
  results: [
    { code: "sold", label: "Sold" },
    { code: "lost", label: "Lost" },
  ],
};

describe("figures", () => {
  it("are counts, and talk time a time", () => {
    const [today, days] = me.figures as [Me["figures"][0], Me["figures"][0]];
    expect(figure(today, "rang")).toBe("3");
    expect(figure(days, "rang")).toBe("1,234");
    expect(figure(today, "talk_s")).toBe("1:02:05");
    expect(figure(today, "unheard_of")).toBe("–");
    expect(periodWords("today")).toBe("Today");
    expect(periodWords("28_days")).toBe("Last 28 days");
  });

  it("list each result once, also one that is no longer configured", () => {
    expect(resultRows(me)).toEqual([
      { label: "Lost", counts: [0, 9] },
      { label: "old", counts: [0, 2] },
      { label: "Sold", counts: [1, 2] },
    ]);
  });

  it("say the state of now, or nothing without a telephone", () => {
    expect(stateWords(me)).toBe("Available, on a call, since 21 Nov 2026, 09:12:03");
    expect(stateWords({ ...me, state: null })).toBeNull();
  });
});

describe("a call", () => {
  it("says what the person did in it", () => {
    const call = { part: "missed", direction: "inbound" } as OwnCall;
    expect(partWords(call)).toBe("Missed");
    expect(partWords({ ...call, part: "not_reached", direction: "outbound" })).toBe(
      "You called: not reached",
    );
    expect(partWords({ ...call, part: "of a later version" })).toBe(
      "of a later version",
    );
  });
});

describe("stored rows", () => {
  it("have words for keys and values", () => {
    expect(columnName("call_id")).toBe("Call");
    expect(columnName("arrived_at")).toBe("Arrived");
    expect(columnName("has_password")).toBe("Has password");
    expect(cellWords("at", "2026-11-21T09:12:03.250Z", "Europe/Berlin")).toBe(
      "21 Nov 2026, 10:12:03",
    );
    expect(cellWords("agents", ["1001", "1009"], "UTC")).toBe("1001, 1009");
    expect(cellWords("agents", [], "UTC")).toBe("–");
    expect(cellWords("active", true, "UTC")).toBe("yes");
    expect(cellWords("attempt", 0, "UTC")).toBe("0");
    expect(cellWords("text", "", "UTC")).toBe("–");
  });

  it("have words for the audit's actions and settings", () => {
    const words = (key: string, value: string) => cellWords(key, value, "UTC");
    expect(words("action", "call.read")).toBe("Opened a call");
    expect(words("action", "of.later")).toBe("of.later");
    const settings = { role: "agent", agents: '["1001"]', locale: null, active: true };
    expect(words("detail", JSON.stringify(settings))).toBe(
      "Role: agent, Telephones: 1001, Active: yes",
    );
    expect(words("detail", "0a1b export")).toBe("0a1b export");
    expect(words("detail", "{}")).toBe("–");
  });

  it("begin with the time and leave out columns without a value", () => {
    const rows = [
      { line: "main", occurrence: 0, at: "2026-11-21T09:12:03Z", agent: null },
      { line: "main", occurrence: 0, at: "2026-11-21T09:13:03Z", agent: "" },
    ];
    expect(columnsOf(rows)).toEqual(["at", "line"]);
    const legs = [{ line: "main", arrived_at: "2026-11-21T09:12:03Z", attempt: 0 }];
    expect(columnsOf(legs)).toEqual(["arrived_at", "line", "attempt"]);
    expect(columnsOf([])).toEqual([]);
  });

  it("are counted, and older ones named", () => {
    const section = { rows: [], next_to: null } as unknown as Section;
    const later = "2026-11-21T09:12:03Z";
    expect(rowsWords(section)).toBe("Nothing");
    expect(rowsWords({ ...section, next_to: later })).toBe("Only older rows");
    expect(rowsWords({ ...section, rows: [{}] })).toBe("1 row");
    expect(rowsWords({ ...section, rows: [{}, {}], next_to: later })).toBe(
      "2 rows, and older ones",
    );
  });
});
