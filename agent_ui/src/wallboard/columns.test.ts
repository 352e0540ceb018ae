import { expect, test } from "vitest";
import type { CounterDef, QueueCounters } from "../wire/frames";
import { pressed, shownColumns, shownQueues, toggled } from "./columns";

const counter = (name: string): CounterDef => ({
  name,
  label: name,
  formula: "",
  unit: "calls",
});
const queue = (
  label: string,
  waiting: number,
  since: string | null = null,
): QueueCounters => ({
  queue: label.toLowerCase(),
  label,
  values: { waiting },
  oldest_waiting_at: since,
});
const ALL = ["waiting", "answered", "moved"].map(counter);
const usual = (each: CounterDef) => each.name !== "moved";
const names = (some: { name?: string; label?: string }[]) =>
  some.map((each) => each.label);

test("without a choice the usual numbers are shown, else the chosen ones", () => {
  expect(names(shownColumns(ALL, null, usual))).toEqual(["waiting", "answered"]);
  expect(names(shownColumns(ALL, ["moved", "waiting"], usual))).toEqual([
    "waiting",
    "moved",
  ]);
  expect(shownColumns(ALL, ["gone"], usual)).toEqual([]);
});

test("a tick adds a number or takes it away", () => {
  const shown = shownColumns(ALL, null, usual);
  expect(toggled(shown, "moved")).toEqual(["waiting", "answered", "moved"]);
  expect(toggled(shown, "waiting")).toEqual(["answered"]);
});

test("presses sort down, up, and not at all; names begin with A", () => {
  const down = pressed(null, "waiting");
  expect(down).toEqual({ by: "waiting", down: true });
  const up = pressed(down, "waiting");
  expect(up).toEqual({ by: "waiting", down: false });
  expect(pressed(up, "waiting")).toBeNull();
  expect(pressed(up, "")).toEqual({ by: "", down: false });
});

test("queues are filtered by name and sorted, equal ones by name", () => {
  const queues = [
    queue("Support", 2, "2026-11-29T09:00:00Z"),
    queue("Sales", 2, "2026-11-29T08:00:00Z"),
    queue("Orders", 5),
  ];
  const by = (name: string, down = true) =>
    names(shownQueues(queues, "", { by: name, down }));
  expect(names(shownQueues(queues, "", null))).toEqual(["Support", "Sales", "Orders"]);
  expect(names(shownQueues(queues, " S", null))).toEqual([
    "Support",
    "Sales",
    "Orders",
  ]);
  expect(names(shownQueues(queues, "sal", null))).toEqual(["Sales"]);
  expect(by("waiting")).toEqual(["Orders", "Sales", "Support"]);
  expect(by("longest_wait_s")).toEqual(["Sales", "Support", "Orders"]);
  expect(by("", false)).toEqual(["Orders", "Sales", "Support"]);
});
