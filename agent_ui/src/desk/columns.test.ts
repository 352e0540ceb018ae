import { expect, test } from "vitest";
import type { Column } from "../wire/frames";
import { beyondNarrow, classOf } from "./columns";

const column = (name: string, type: Column["type"] = "text"): Column => ({
  name,
  label: name,
  type,
  currency: null,
  labels: {},
});

test("words keep their room: the last short columns leave a narrow list", () => {
  const beyond = beyondNarrow([
    column("name"),
    column("stage"),
    column("amount", "money"),
    column("probability", "percent"),
  ]);
  expect([...beyond]).toEqual(["probability"]);
});

test("a narrow list has room for four columns without long words", () => {
  const columns = ["a", "b", "c", "d", "e"].map((name) => column(name));
  expect([...beyondNarrow(columns)]).toEqual(["e"]);
});

test("what is left out in any narrow list takes no room", () => {
  const beyond = beyondNarrow([
    column("product"),
    column("sku"),
    column("price", "money"),
    column("ordered", "date"),
  ]);
  expect(beyond.size).toBe(0);
});

test("minor columns come later where all of them would squeeze the words", () => {
  const owner = column("owner");
  const few = [column("name"), column("stage"), owner];
  expect(classOf(owner, few)).not.toContain("scarce");
  const many = [
    ...few,
    column("amount", "money"),
    column("probability", "percent"),
    column("close_date", "date"),
  ];
  expect(classOf(owner, many)).toContain("minor scarce");
});
