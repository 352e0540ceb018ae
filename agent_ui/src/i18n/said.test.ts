import { afterEach, expect, test } from "vitest";
import { ar } from "./ar";
import { de } from "./de";
import { en } from "./en";
import { pl } from "./pl";
import { countersRead, said } from "./said";
import { speakFrom } from "./words";

const TEXTS = {
  Offered: "Angeboten",
  "In {n} of their last {m} orders.": "In {n} der letzten {m} Bestellungen.",
  "in {n} of their last {m} orders.": "in {n} der letzten {m} Bestellungen.",
  "In {n}% of orders with {item};": "In {n} % der Bestellungen mit {item};",
  "Not offered: {said_why}": "Nicht angeboten: {said_why}",
  "Total only.": "Nur insgesamt.",
};

afterEach(() => speakFrom(en, "en", "en"));

const german = () => speakFrom(de, "de", "de", TEXTS);

test("an English page shows the texts as they are", () => {
  expect(said("Offered")).toBe("Offered");
});

test("a text is found as it is, by its template, or by its parts", () => {
  german();
  expect(said("Offered")).toBe("Angeboten");
  expect(said("In 1,200 of their last 2000 orders.")).toBe(
    "In 1.200 der letzten 2.000 Bestellungen.",
  );
  expect(said("In 24% of orders with Chain; red; in 2 of their last 20 orders.")).toBe(
    "In 24 % der Bestellungen mit Chain; red; in 2 der letzten 20 Bestellungen.",
  );
  expect(said("Not offered: Total only.")).toBe("Nicht angeboten: Nur insgesamt.");
  expect(said("Total only. Total only.")).toBe("Nur insgesamt. Nur insgesamt.");
});

test("what has no entry stays, also where a number is none", () => {
  german();
  expect(said("In some of their last 20 orders.")).toBe(
    "In some of their last 20 orders.",
  );
  expect(said("Total only. Ask Ines.")).toBe("Nur insgesamt. Ask Ines.");
  expect(said("constructor")).toBe("constructor");
  expect(said("")).toBe("");
});

test("a plural has the form of its number", () => {
  speakFrom(pl, "pl", "pl", {
    "{n} days.": { one: "{n} dzień.", few: "{n} dni.", many: "{n} dni!", other: "?" },
  });
  expect(["1 days.", "3 days.", "5 days."].map(said)).toEqual([
    "1 dzień.",
    "3 dni.",
    "5 dni!",
  ]);
});

test("values are isolated where the page runs from right to left", () => {
  speakFrom(ar, "ar", "ar-u-nu-latn", { "Source: {source}.": "المصدر: {source}." });
  expect(said("Source: a.b.")).toBe("المصدر: \u2068a.b\u2069.");
});

test("the numbers of an answer are read once for a language", () => {
  const counters = [{ name: "offered", label: "Offered", formula: "Total only." }];
  german();
  const read = countersRead(counters);
  expect(read[0]?.label).toBe("Angeboten");
  expect(countersRead(counters)).toBe(read);
  speakFrom(en, "en", "en");
  expect(countersRead(counters)[0]?.label).toBe("Offered");
});
