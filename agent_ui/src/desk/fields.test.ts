import { expect, test } from "vitest";
import { story, told } from "../state/golden";
import type { Column, Facet, Field } from "../wire/frames";
import { linkOf, shownColumns } from "./fields";
import { laneOf, lanesOf, layoutFor, placed } from "./lanes";
import { learn, trimmed } from "./learned";

const column = (name: string, type: Column["type"] = "text"): Column => ({
  name,
  label: name,
  type,
  currency: null,
  labels: {},
});

test("only web addresses become links that leave the page", () => {
  expect(linkOf("https://crm.example/1", column("url", "url"))).toBe(
    "https://crm.example/1",
  );
  expect(linkOf("javascript:alert(1)", column("url", "url"))).toBeNull();
  expect(linkOf("data:text/html,x", column("url", "url"))).toBeNull();
});

test("the currency stands with the amounts, not in a cell of its own", () => {
  const shown = shownColumns([column("open", "money"), column("currency")]);
  expect(shown.map((each) => each.name)).toEqual(["open"]);
  expect(shownColumns([column("currency")]).length).toBe(1);
});

test("a facet of one's own finds a lane by what it holds", () => {
  expect(
    laneOf({ name: "x", label: "X", labels: {}, fields: [column("a")], columns: [] }),
  ).toBe("offer");
  expect(
    laneOf({ name: "x", label: "X", labels: {}, fields: [], columns: [column("a")] }),
  ).toBe("history");
});

test("what to offer stands before what they buy often", () => {
  const shapes = told(story("first_visit")).hello?.facets ?? [];
  const names = lanesOf(shapes).offer.map((shape) => shape.name);
  expect(names).toEqual(["recommendations", "frequent_items", "manners"]);
});

test("a field that was empty on five cards gets no room unless it has a value", () => {
  const state = told(story("fills_in_and_is_answered"));
  const pop = state.pops["c-1"];
  const shape = state.hello?.facets.find((each) => each.name === "credit_terms");
  if (!pop || !shape) throw new Error("the story has a card with credit terms");
  let learned = {};
  const credit = pop.facets.credit_terms as Facet;
  const names = (facet?: Facet) =>
    trimmed(shape, learned, facet).fields.map((field) => field.name);
  for (let card = 0; card < 4; card += 1) learned = learn(learned, pop);
  expect(names()).toContain("reason");
  learned = learn(learned, pop);
  expect(names()).not.toContain("reason");
  expect(names(credit)).not.toContain("reason");
  expect(names()).toContain("limit");
  const said = { ...(credit.fields.limit as Field), value: "unpaid since March" };
  const rare = { ...credit, fields: { ...credit.fields, reason: said } };
  expect(names(rare)).toContain("reason");
  const disputed = { ...said, value: null, others: [{ ...said, value: "no" }] };
  expect(names({ ...credit, fields: { reason: disputed } })).toContain("reason");
});

test("the first layout that fits queue and role is taken", () => {
  const one = { queues: ["sales"], roles: [], facets: {} };
  const two = { queues: [], roles: ["admin"], facets: {} };
  expect(layoutFor([one, two], "sales", "agent")).toBe(one);
  expect(layoutFor([one, two], "support", "admin")).toBe(two);
  expect(layoutFor([one, two], null, "agent")).toBeNull();
});

test("facets that a layout does not name are under More", () => {
  const shape = (name: string) => ({
    name,
    label: name,
    labels: {},
    fields: [],
    columns: [],
  });
  const shapes = ["identity", "balance", "notes", "fleet"].map(shape);
  const layout = {
    queues: [],
    roles: [],
    facets: { notes: "tall", gone: "small" },
  } as const;
  const { shown, more } = placed(shapes, { ...layout, queues: [], roles: [] });
  expect(shown.map((each) => [each.shape.name, each.size])).toEqual([
    ["notes", "tall"],
  ]);
  expect(more.map((each) => each.name)).toEqual(["balance", "fleet"]);
});
