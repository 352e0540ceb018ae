import { expect, test } from "vitest";
import { story, told } from "../state/golden";
import type { Pop } from "../state/model";
import type { UrlButton } from "../wire/frames";
import { buttonsOf, urlOf } from "./buttons";

const pop = told(story("fills_in_and_is_answered")).pops["c-1"] as Pop;
const spoken = { agent: "1001", agentName: "Ana", note: "" };
const button = (more: Partial<UrlButton>): UrlButton => ({
  label: "CRM",
  url: "https://crm.example/",
  lines: [],
  queues: [],
  facet: null,
  labels: {},
  ...more,
});
const filled = (url: string, more: Partial<Pop> = {}, note = "") =>
  urlOf(button({ url }), { ...pop, ...more }, { ...spoken, note });

test("values are encoded, whatever a customer is called", () => {
  const chosen = { source: "crm", key: "7/../8?a=b&c#d" };
  expect(filled("https://crm.example/{customer.key}", { chosen })).toBe(
    "https://crm.example/7%2F..%2F8%3Fa%3Db%26c%23d",
  );
  expect(filled("https://x.example/?n={note}", {}, " \ud800 ä")).toBe(
    "https://x.example/?n=%EF%BF%BD%20%C3%A4",
  );
});

test("fields, attributes and the call fill an address", () => {
  const more = { attributes: { menu: "2" }, queue: "sales" };
  const open = String(pop.facets.balance?.fields.open?.value);
  expect(
    filled("https://x.example/{attributes.menu}/{call.queue}?o={balance.open}", more),
  ).toBe(`https://x.example/2/sales?o=${encodeURIComponent(open)}`);
});

test.each([
  "{note}",
  "{customer.key}",
  "{balance.nothing}",
  "{attributes.constructor}",
])("without %s there is no button", (name) => {
  expect(filled(`https://x.example/${name}`, { chosen: null })).toBeNull();
});

test("a button is of its lines, its queues and its facet", () => {
  const here = { ...pop, line: "main", queue: "sales" };
  const all = [
    button({ label: "all" }),
    button({ label: "line", lines: ["main"] }),
    button({ label: "queue", queues: ["service"] }),
    button({ label: "facet", facet: "balance" }),
    button({ label: "top", facet: "identity" }),
  ];
  const names = (facet: string | null) =>
    buttonsOf(all, here, facet).map((each) => each.label);
  expect(names(null)).toEqual(["all", "line", "top"]);
  expect(names("balance")).toEqual(["facet"]);
  expect(buttonsOf(all, { ...here, queue: null }, null).length).toBe(3);
});
