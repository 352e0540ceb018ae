import { expect, test } from "vitest";
import type { Pop } from "../state/model";
import type { Column, Facet, FacetShape } from "../wire/frames";
import { forgetLooks, seenOn, stoodInView, timelineOpened, wasOpened } from "./looks";

const filled = (value: unknown, rows: object[] = []) =>
  ({ state: "fresh", fields: { a: { value } }, rows }) as unknown as Facet;

function pop(callId = "c-1"): Pop {
  const facets = {
    identity: filled("Ada"),
    balance: filled("12.00"),
    sales_history: filled(null, [{ date: "2026-11-01" }]),
    tickets: filled("T-1"),
    outlook: filled(null),
  };
  return { call_id: callId, facets } as unknown as Pop;
}

const DATE = { name: "date", type: "date" } as Column;
const SHAPES = [
  { name: "sales_history", fields: [], columns: [DATE] },
  { name: "tickets", fields: [], columns: [] },
] as unknown as FacetShape[];

test("each facet with something was in view, opened, both or neither", () => {
  stoodInView("c-1", "identity");
  stoodInView("c-1", "balance");
  wasOpened("c-1", "balance");
  wasOpened("c-1", "outlook");
  expect(seenOn(pop(), SHAPES)).toEqual({
    frame: "seen",
    call_id: "c-1",
    in_view: ["identity", "balance"],
    opened: ["balance"],
    unopened: ["sales_history", "tickets"],
  });
});

test("the timeline opens what has its rows in it", () => {
  timelineOpened("c-1");
  expect(seenOn(pop(), SHAPES)?.opened).toEqual(["sales_history"]);
});

test("a card that closed begins again, and says nothing without a facet", () => {
  wasOpened("c-1", "balance");
  forgetLooks("c-1");
  expect(seenOn(pop(), SHAPES)?.opened).toEqual([]);
  expect(seenOn({ ...pop(), facets: {} } as Pop, SHAPES)).toBeNull();
});
