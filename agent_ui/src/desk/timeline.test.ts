import { expect, test } from "vitest";
import type { Pop } from "../state/model";
import type { Column, Facet, FacetShape } from "../wire/frames";
import { type Entry, groupsOf, type Row, timelineOf, unanswered } from "./timeline";

function columns(...named: string[]): Column[] {
  return named.map((each) => {
    const [name = "", type = "text"] = each.split(":");
    return { name, label: name, type, currency: null, labels: {} } as Column;
  });
}

function shape(name: string, ...named: string[]): FacetShape {
  return { name, label: name, labels: {}, fields: [], columns: columns(...named) };
}

const SHAPES = [
  shape("interactions", "at:datetime", "agent", "note"),
  shape("sales_history", "order", "date:date", "total:money"),
  shape("balance", "invoice", "date:date", "due:date"),
  shape("tickets", "ticket", "opened_at:datetime", "updated_at:datetime"),
  shape("frequent_items", "product", "last_bought:date"),
  shape("deliveries", "parcel", "left:date", "came:date"),
  shape("machines", "serial"),
];

function pop(rows: Record<string, Row[]>, more: object = {}): Pop {
  const facets = Object.entries(rows).map(([name, each]) => [
    name,
    { state: "fresh", rows: each, rows_source: `${name}'s source` } as unknown as Facet,
  ]);
  const none = { promised: null, callBackAt: null };
  return { facets: Object.fromEntries(facets), ...none, ...more } as unknown as Pop;
}

const ids = (entries: Entry[]) => entries.map((each) => each.id);

test("events of all facets stand in the order of time, each with its source", () => {
  const line = timelineOf(
    pop({
      sales_history: [
        { order: "1", date: "2026-11-02" },
        { order: "2", date: "" },
      ],
      interactions: [{ at: "2026-11-03T09:00:00Z" }, { at: "2026-11-01T09:00:00Z" }],
      balance: [{ invoice: "9", date: null, due: "2026-11-30" }],
      tickets: [{ ticket: "T", updated_at: "2026-11-02T23:00:00" }],
    }),
    SHAPES,
  );
  expect(ids(line)).toEqual([
    "balance/0",
    "interactions/0",
    "tickets/0",
    "sales_history/0",
    "interactions/1",
    "sales_history/1",
  ]);
  expect(line[0]?.source).toBe("balance's source");
  expect(line[5]?.atMs).toBeNull();
  expect(line[3]?.columns.map((each) => each.name)).toEqual(["order", "total"]);
});

test("own facets are dated by their first date; lists of goods are no events", () => {
  const line = timelineOf(
    pop({
      deliveries: [{ parcel: "P", left: "2026-11-02", came: "2026-11-04" }],
      frequent_items: [{ product: "cog", last_bought: "2026-11-02" }],
      machines: [{ serial: "S-1" }],
    }),
    SHAPES,
  );
  expect(ids(line)).toEqual(["deliveries/0"]);
  expect(line[0]?.isDay).toBe(true);
});

test("call-backs promised before this call and on it are in the line", () => {
  const promised = { at: "2026-12-01T10:00:00Z", by: "Ben" };
  const line = timelineOf(
    pop({}, { promised, callBackAt: "2026-12-02T10:00:00Z" }),
    SHAPES,
  );
  expect(line.map((each) => each.row.by)).toEqual([null, "Ben"]);
});

test("a text that is no date is not taken for one", () => {
  const line = timelineOf(pop({ interactions: [{ at: "last week" }] }), SHAPES);
  expect(line[0]?.atMs).toBeNull();
});

test("days are apart for a week, then months; what is ahead is planned", () => {
  const now = new Date(2026, 10, 29, 12).getTime();
  const at = (month: number, day: number, hour = 9): Entry =>
    ({ atMs: new Date(2026, month - 1, day, hour).getTime() }) as Entry;
  const line = [
    at(12, 1),
    at(11, 29, 11),
    at(11, 29),
    at(11, 28),
    at(11, 23),
    at(11, 22),
    at(11, 2),
    at(10, 30),
    { atMs: null } as Entry,
  ];
  const found = groupsOf(line, now);
  expect(found.map((each) => [each.span, each.day, each.entries.length])).toEqual([
    ["planned", "", 1],
    ["today", "2026-11-29", 2],
    ["yesterday", "2026-11-28", 1],
    ["day", "2026-11-23", 1],
    ["month", "2026-11-01", 2],
    ["month", "2026-10-01", 1],
    ["undated", "", 1],
  ]);
});

test("what was not answered is named", () => {
  const asked = pop({ interactions: [] });
  asked.facets.tickets = { state: "timed_out", rows: [] } as unknown as Facet;
  const { asking, failed } = unanswered(asked, SHAPES);
  expect(asking.map((each) => each.name)).toEqual([
    "sales_history",
    "balance",
    "deliveries",
  ]);
  expect(failed.map((each) => each.name)).toEqual(["tickets"]);
});
