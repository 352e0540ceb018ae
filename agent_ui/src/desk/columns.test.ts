import { expect, test } from "vitest";
import type { Column } from "../wire/frames";
import { classOf, nameOf, overflows } from "./columns";

const column = (name: string, type: Column["type"] = "text"): Column => ({
  name,
  label: name,
  type,
  currency: null,
  labels: {},
});

test("more columns than a narrow list has room for are told in words", () => {
  const deal = [column("name"), column("stage"), column("amount", "money")];
  expect(overflows(deal)).toBe(false);
  expect(overflows([...deal, column("probability", "percent")])).toBe(true);
  expect(overflows([...deal, column("owner"), column("kind")])).toBe(false);
});

test("a narrow list has room for four columns without long words", () => {
  const columns = ["a", "b", "c", "d"].map((name) => column(name));
  expect(overflows(columns)).toBe(false);
  expect(overflows([...columns, column("e")])).toBe(true);
});

test("a row is named by its words, else by its first column", () => {
  expect(nameOf([column("ticket"), column("subject")])?.name).toBe("subject");
  expect(nameOf([column("a"), column("b")])?.name).toBe("a");
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
