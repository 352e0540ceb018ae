import { afterEach, expect, test } from "vitest";
import { ar } from "./ar";
import { en } from "./en";
import { labelOf } from "./labels";
import { firstOf, tagFor } from "./languages";
import { pl } from "./pl";
import { speakFrom, t } from "./words";

afterEach(() => speakFrom(en, "en", "en"));

test("Polish counts in its own forms", () => {
  speakFrom(pl, "pl", "pl");
  expect([1, 2, 5, 22].map((n) => t("recalls.minutes", { n }))).toEqual([
    "1 minuta",
    "2 minuty",
    "5 minut",
    "22 minuty",
  ]);
});

test("Arabic turns the page, and isolates names and numbers", () => {
  speakFrom(ar, "ar", tagFor("ar", null, []));
  expect(document.documentElement.dir).toBe("rtl");
  expect(document.documentElement.lang).toBe("ar");
  expect(t("recalls.call", { who: "+44 20 7946 0958" })).toContain(
    "\u2068+44 20 7946 0958\u2069",
  );
  expect(t("recalls.minutes", { n: 5 })).toBe("\u20685\u2069 دقائق");
});

test("a name in Arabic is isolated in English as well", () => {
  expect(t("recalls.call", { who: "ليلى" })).toBe("Call \u2068ليلى\u2069");
  expect(t("recalls.call", { who: "Ada" })).toBe("Call Ada");
});

test("the user's choice comes before the browser's, English is last", () => {
  expect(firstOf([null, undefined, "pt-BR", "nl-BE", "fr"])).toBe("nl");
  expect(firstOf(["pt-BR"])).toBe("en");
  expect(tagFor("de", "de-AT", ["en-GB"])).toBe("de-AT");
  expect(tagFor("en", null, ["de", "en-GB"])).toBe("en-GB");
  expect(tagFor("en", "pt-BR", ["en-GB"])).toBe("pt-BR");
  expect(tagFor("fr", "de-AT", ["en-GB"])).toBe("fr");
});

test("a label is the configuration's own translation, else ours, else as it is", () => {
  speakFrom(pl, "pl", "pl");
  expect(labelOf({ label: "Balance" })).toBe("Saldo");
  expect(labelOf({ label: "Balance", labels: { pl: "Należności" } })).toBe(
    "Należności",
  );
  expect(labelOf({ label: "What they owe", labels: { de: "Offen" } })).toBe(
    "What they owe",
  );
});
