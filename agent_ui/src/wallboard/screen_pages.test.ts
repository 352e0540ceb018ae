import { expect, test } from "vitest";
import type { CounterDef, QueueCounters } from "../wire/frames";
import {
  rowsThatFit,
  type ScreenPage,
  screenColumns,
  screenPages,
  titleOf,
  turned,
} from "./screen_pages";

const WALL = { width: 1920, height: 1080 };
const PHONE = { width: 360, height: 800 };

function queues(many: number): QueueCounters[] {
  return Array.from({ length: many }, (_, n) => ({
    queue: `q${n}`,
    label: `Queue ${n}`,
    values: { waiting: n },
    oldest_waiting_at: null,
  }));
}

function pagesOf(many: number, size = WALL): ScreenPage[] {
  return screenPages({ queues: [], teams: [], alerts: [] }, queues(many), size);
}

function rowsOf(pages: ScreenPage[]): string[][] {
  return pages.flatMap((page) =>
    page.kind === "rows" ? [page.rows.map((row) => row.queue)] : [],
  );
}

test("every queue is on one page, and no page holds more than fit", () => {
  for (const size of [WALL, PHONE, { width: 3840, height: 2160 }]) {
    for (const many of [0, 1, 7, 8, 9, 40]) {
      const rows = rowsOf(pagesOf(many, size));
      expect(rows.flat()).toEqual(queues(many).map((each) => each.queue));
      for (const page of rows) {
        expect(page.length).toBeGreaterThan(0);
        expect(page.length).toBeLessThanOrEqual(rowsThatFit(size));
      }
      const lengths = rows.map((page) => page.length);
      if (many > 0)
        expect(Math.max(...lengths) - Math.min(...lengths)).toBeLessThan(rows.length);
    }
  }
});

test("a window of any height has room for one row", () => {
  expect(rowsThatFit({ width: 360, height: 100 })).toBe(1);
});

test("small teams have no page, alerts have one while there are any", () => {
  const teams = [
    { team: "north", label: "North", values: { team_talking: 1 } },
    { team: "vip", label: "VIP", values: {} },
  ];
  const alert = {
    id: "a",
    label: "Wait",
    subject: "",
    subject_label: "",
    number: "waiting",
    level: "warning" as const,
    value: 1,
    opened_at: "",
    acknowledged_by: null,
  };
  const pages = screenPages({ queues: [], teams, alerts: [alert] }, queues(1), WALL);
  expect(pages.map((page) => page.kind)).toEqual(["total", "rows", "rows", "alerts"]);
  expect(rowsOf(pages)).toEqual([["q0"], ["north"]]);
  const many = Array.from({ length: 30 }, (_, n) => ({ ...alert, id: `a${n}` }));
  const full = screenPages({ queues: [], teams: [], alerts: many }, [], WALL);
  const shown = full.flatMap((page) => (page.kind === "alerts" ? page.alerts : []));
  expect(shown).toEqual(many);
  expect(full.length).toBeGreaterThan(4);
  expect(titleOf(full[1] as ScreenPage, 1, full)).toMatch(/^Alerts 1 of/);
});

test("a page of several says which one it is", () => {
  const pages = pagesOf(20);
  expect(titleOf(pages[0] as ScreenPage, 0, pages)).toBe("All queues");
  expect(titleOf(pages[2] as ScreenPage, 2, pages)).toMatch(/^Queues 2 of \d$/);
  const few = pagesOf(2);
  expect(titleOf(few[1] as ScreenPage, 1, few)).toBe("Queues");
});

test("the last page is followed by the first, in both directions", () => {
  expect(turned(2, 1, 3)).toBe(0);
  expect(turned(0, -1, 3)).toBe(2);
  expect(turned(0, 1, 1)).toBe(0);
});

test("columns are those that were chosen, as many as there is room for", () => {
  const all: CounterDef[] = ["waiting", "offered", "answered", "talking", "moved"].map(
    (name) => ({ name, label: name, formula: "", unit: "calls" }),
  );
  const names = (chosen: string[] | null, size = WALL) =>
    screenColumns(all, chosen, "Queue", size).map((each) => each.name);
  expect(names(null)).toEqual(["waiting", "answered", "talking"]);
  expect(names(["moved", "offered"])).toEqual(["offered", "moved"]);
  expect(
    names(
      all.map((each) => each.name),
      PHONE,
    ),
  ).toHaveLength(4);
  expect(
    names(
      all.map((each) => each.name),
      { width: 800, height: 1200 },
    ),
  ).toHaveLength(2);
});
