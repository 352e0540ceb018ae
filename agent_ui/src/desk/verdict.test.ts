import { expect, test } from "vitest";
import { story, told } from "../state/golden";
import type { Column, Facet, Field, FieldState, SourceNote } from "../wire/frames";
import { goodReason, limitShare, verdictOf } from "./verdict";

const state = told(story("fills_in_and_is_answered"));
const shapes = state.hello?.facets ?? [];
const facets = state.pops["c-1"]?.facets ?? {};

function withValue(facet: string, field: string, value: string | boolean | null) {
  const base = facets[facet] as Facet;
  const known = base.fields[field];
  if (!known) throw new Error(`the story has no ${facet}.${field}`);
  const fields = { ...base.fields, [field]: { ...known, value } };
  return { ...facets, [facet]: { ...base, fields } };
}

test("money that is overdue is a warning with its amount and since when", () => {
  const verdict = verdictOf(facets, shapes);
  expect(verdict).toMatchObject({ level: "warning", headline: "Overdue" });
  expect(verdict?.overdue).toMatchObject({ value: "1240.00", currency: "GBP" });
  expect(verdict?.since?.value).toBe("2026-10-03");
});

test("a hold of either source is a hold", () => {
  const held = verdictOf(withValue("credit_terms", "blocked", true), shapes);
  expect(held?.level).toBe("hold");
  expect(verdictOf(withValue("balance", "credit_hold", "Y"), shapes)?.level).toBe(
    "hold",
  );
});

test("an account without overdue money is in order", () => {
  const verdict = verdictOf(withValue("balance", "overdue", "0.00"), shapes);
  expect(verdict).toMatchObject({ level: "good", overdue: null, since: null });
});

test("a source that did not answer is never taken for good news", () => {
  const balance = { ...facets.balance, state: "timed_out", fields: {} } as Facet;
  expect(verdictOf({ ...facets, balance }, shapes)?.level).toBe("unknown");
  const pending = { ...facets.balance, state: "pending", fields: {} } as Facet;
  expect(verdictOf({ ...facets, balance: pending }, shapes)?.level).toBe("pending");
});

function noted(facet: string, state: FieldState, told: Record<string, Facet>) {
  const base = told[facet] as Facet;
  const note = { ...(base.notes[0] as SourceNote), lookup: "second", state };
  return { ...told, [facet]: { ...base, notes: [...base.notes, note] } };
}

function aged(facet: string, field: string, told: Record<string, Facet>) {
  const base = told[facet] as Facet;
  const old = { ...(base.fields[field] as Field), state: "stale" as const };
  return { ...told, [facet]: { ...base, fields: { ...base.fields, [field]: old } } };
}

const inOrder = () => withValue("balance", "overdue", "0.00");

test("while a source that knows holds is asked, nothing is promised", () => {
  const pending = { ...facets.credit_terms, state: "pending", fields: {} } as Facet;
  const asked = { ...facets, credit_terms: pending };
  expect(verdictOf(asked, shapes)).toMatchObject({
    level: "warning",
    headline: "Overdue",
    holdNotKnown: "Credit hold not known yet",
  });
  expect(verdictOf(facets, shapes)?.holdNotKnown).toBeNull();
});

test("a facet of which a second source is still asked is no good news yet", () => {
  const asked = verdictOf(noted("credit_terms", "pending", inOrder()), shapes);
  expect(asked?.level).toBe("pending");
});

test("a hold that cannot be asked for is not known", () => {
  const failed = { ...facets.credit_terms, state: "failed", fields: {} } as Facet;
  const verdict = verdictOf(
    noted("credit_terms", "failed", {
      ...facets,
      credit_terms: failed,
    }),
    shapes,
  );
  expect(verdict?.holdNotKnown).toBe("Credit hold not known");
});

test.each([
  ["credit_terms", "blocked"],
  ["balance", "overdue"],
  ["credit_terms", "limit"],
])("older values are not green: %s.%s", (facet, field) => {
  const verdict = verdictOf(aged(facet, field, inOrder()), shapes);
  expect(verdict?.level).toBe("stale");
  expect(verdict?.staleSince).toBe(facets[facet]?.fields[field]?.fetched_at);
});

test("what a source could not answer is not green either", () => {
  const verdict = verdictOf(noted("balance", "timed_out", inOrder()), shapes);
  expect(verdict?.level).toBe("unknown");
});

test("only what a source said speaks for the account", () => {
  const unsaid = { ...inOrder() };
  for (const name of ["balance", "credit_terms"]) {
    const base = unsaid[name] as Facet;
    const { credit_hold: _a, blocked: _b, ...fields } = base.fields;
    unsaid[name] = { ...base, fields };
  }
  expect(verdictOf(unsaid, shapes)?.fine).toBe("Nothing overdue.");
  expect(verdictOf(inOrder(), shapes)?.fine).toBe("Nothing overdue, no hold.");
});

test("use beyond the limit is told to the cent", () => {
  const good = withValue("balance", "overdue", "0.00");
  const over = withValue("credit_terms", "used", "5000.10");
  const both = { ...good, credit_terms: over.credit_terms as Facet };
  expect(verdictOf(both, shapes)?.overLimitBy?.value).toBe("0.10");
  expect(limitShare(facets, shapes)).toBeCloseTo(0.76248);
});

test("without money facets in the configuration there is no verdict", () => {
  expect(verdictOf(facets, [])).toBeNull();
});

function emptyCell(facet: string, field: string, told: Record<string, Facet>) {
  const columns = shapes.find((shape) => shape.name === facet)?.fields ?? [];
  const column = columns.find((each) => each.name === field) as Column;
  return goodReason(told[facet] as Facet, column);
}

test("nothing overdue is said in words where the amount says so", () => {
  const none = withValue("balance", "overdue", "0.00");
  expect(emptyCell("balance", "overdue_since", none)).toBe("none overdue");
  expect(emptyCell("balance", "last_payment", none)).toBeNull();
});

test("a value that is missing stays a missing value", () => {
  for (const unknown of [null, ""]) {
    const missing = withValue("balance", "overdue", unknown);
    expect(emptyCell("balance", "overdue_since", missing)).toBeNull();
    const hold = withValue("credit_terms", "blocked", unknown);
    expect(emptyCell("credit_terms", "reason", hold)).toBeNull();
  }
  expect(emptyCell("balance", "overdue_since", facets)).toBeNull();
});

test("no reason for a hold is needed where there is none", () => {
  const free = withValue("credit_terms", "blocked", false);
  expect(emptyCell("credit_terms", "reason", free)).toBe("no hold");
  const held = withValue("credit_terms", "blocked", true);
  expect(emptyCell("credit_terms", "reason", held)).toBeNull();
});
