import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const SOURCES = join(import.meta.dirname, "..");
/** What stands between tags, and what is read aloud or shown on hover. */
const TEXTS = [
  /(?<!=)>\s*([A-Z][a-z]+(?:[ ,.…'][^<>{}=;()]*)?)\s*</g,
  /\b(?:title|aria-label|placeholder|alt|data-label)="([^"]*[A-Za-z]{2}[^"]*)"/g,
  /\b(?:title|aria-label|placeholder)=\{`([^`]*[a-z]{3} [^`]*)`\}/g,
  /(?<!=)>\s*\{[^{}]*[?:]\s*"([^"]*[A-Za-z]{2}[^"]*)"\s*[:}]/g,
];
/** Names, keys of texts, and what no language writes otherwise. */
const ALLOWED = [
  /^Screenpop$/,
  /^(Alt|Ctrl|Shift)\+/,
  /^(CSV|Parquet)$/,
  /^[a-z]+\.[a-z_0-9]+$/,
];

function textsIn(source: string): string[] {
  return TEXTS.flatMap((each) => [...source.matchAll(each)])
    .map((match) => (match[1] ?? "").trim())
    .filter((text) => !ALLOWED.some((allowed) => allowed.test(text)));
}

test("no page writes a text of its own instead of a key", () => {
  const files = readdirSync(SOURCES, { recursive: true, encoding: "utf8" }).filter(
    (name) => name.endsWith(".tsx"),
  );
  expect(files.length).toBeGreaterThan(40);
  const found = files.flatMap((name) =>
    textsIn(readFileSync(join(SOURCES, name), "utf8")).map(
      (text) => `${name}: ${text}`,
    ),
  );
  expect(found).toEqual([]);
});

test("a page that did so would be found", () => {
  const page = `<b title="Log out">{t("a")}</b><p>Your desk</p><i alt={\`is on hold\`}/>
    <b>{gone ? "missed" : t("b")}</b><b>{there ? t("c") : "away"}</b>`;
  expect(textsIn(page)).toEqual(["Your desk", "Log out", "missed", "away"]);
});
