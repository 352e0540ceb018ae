import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { expect, test } from "vitest";

const SOURCES = join(import.meta.dirname, "..");
/** What writes a number, a date or a share; arithmetic and addresses do not. */
const WRITES = [
  /\bIntl\.(NumberFormat|DateTimeFormat|RelativeTimeFormat|ListFormat)\(/,
  /\.toLocale(Date|Time)?String\(/,
  /\.to(Date|Time)String\(/,
  /[\d}]( |\u00a0|\$\{NO_BREAK\})%/,
];
const ALLOWED = [
  "shared/format.ts", // the one that writes
  "shared/days.ts", // days as addresses have them
  "i18n/words.ts", // the numbers within a text
  "desk/when.ts", // reads times, writes none
];

test("no page writes numbers, dates or shares on its own", () => {
  const files = readdirSync(SOURCES, { recursive: true, encoding: "utf8" }).filter(
    (name) => /\.tsx?$/.test(name) && !/\.test\.tsx?$/.test(name),
  );
  expect(files).toContain(join("reports", "words.ts"));
  const found = files
    .filter((name) => !ALLOWED.includes(name.replaceAll("\\", "/")))
    .flatMap((name) =>
      readFileSync(join(SOURCES, name), "utf8")
        .split("\n")
        .filter((line) => WRITES.some((each) => each.test(line)))
        .map((line) => `${relative(SOURCES, join(SOURCES, name))}: ${line.trim()}`),
    );
  expect(found).toEqual([]);
});

test("a page that did so would be found", () => {
  const own = ["n.toLocaleString()", "{n} %", "new Intl.NumberFormat(tag)"];
  expect(own.every((line) => WRITES.some((each) => each.test(line)))).toBe(true);
});
