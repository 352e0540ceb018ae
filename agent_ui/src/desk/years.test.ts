import { expect, test } from "vitest";
import type { Facet, FacetShape } from "../wire/frames";
import { barsOf } from "./years";

const shape = {
  name: "yearly_totals",
  label: "Per year",
  labels: {},
  fields: [],
  columns: [
    { name: "year", label: "Year", type: "text", currency: null, labels: {} },
    { name: "total", label: "Total", type: "money", currency: "GBP", labels: {} },
  ],
} as FacetShape;

function bars(...years: [string, number][]): [string, number][] {
  const rows = years.map(([year, total]) => ({ year, total }));
  const facet = { rows } as unknown as Facet;
  return barsOf(facet, shape).map((bar) => [bar.label, bar.amount]);
}

test("a year without a row stands between its neighbours, empty", () => {
  expect(bars(["2026", 3], ["2024", 1])).toEqual([
    ["2024", 1],
    ["2025", 0],
    ["2026", 3],
  ]);
});

test("of years far apart the last ones are shown", () => {
  expect(bars(["1999", 1], ["2026", 3]).map(([label]) => label)).toEqual([
    "2021",
    "2022",
    "2023",
    "2024",
    "2025",
    "2026",
  ]);
});

test("periods that are no years stand as they came", () => {
  expect(bars(["2024/25", 1], ["2026/27", 3]).length).toBe(2);
});
