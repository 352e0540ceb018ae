import { expect, test } from "vitest";
import { ar } from "./ar";
import type { Catalogue, Key } from "./catalogue";
import { de } from "./de";
import { en } from "./en";
import { es } from "./es";
import { fr } from "./fr";
import { it } from "./it";
import { type Language, languageOf } from "./languages";
import { type Message, splitMessage } from "./message";
import { nl } from "./nl";
import { pl } from "./pl";

const CATALOGUES: [Language, Catalogue][] = Object.entries({
  en,
  de,
  fr,
  es,
  it,
  nl,
  pl,
  ar,
}) as [Language, Catalogue][];
const KEYS = Object.keys(en) as Key[];

/** Millions only, where "de" follows the number: no count of ours is that high. */
const MILLIONS = ["fr", "es", "it"];

function namesIn(text: string): string[] {
  return splitMessage(text)
    .filter((_, at) => at % 2)
    .sort();
}

function textsOf(message: Message): string[] {
  return typeof message === "string" ? [message] : Object.values(message);
}

/** What a plural of the language must have. */
function categories(language: Language): string[] {
  const all = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
  return all.filter((each) => each !== "many" || !MILLIONS.includes(language)).sort();
}

test.each(CATALOGUES)("%s has the keys of English and no others", (_, catalogue) => {
  expect(Object.keys(catalogue).sort()).toEqual([...KEYS].sort());
});

test.each(CATALOGUES)("%s names the values that English names", (_, catalogue) => {
  const others = KEYS.filter((key) => {
    const wanted = new Set(textsOf(en[key]).flatMap(namesIn));
    return textsOf(catalogue[key]).some((text) => {
      const names = namesIn(text);
      return (
        names.some((name) => !wanted.has(name)) ||
        [...wanted].some((name) => name !== "n" && !names.includes(name))
      );
    });
  });
  expect(others).toEqual([]);
});

test.each(CATALOGUES)("%s has each plural form of its rules", (language, catalogue) => {
  const wanted = categories(language);
  const plurals = KEYS.filter((key) => typeof en[key] !== "string");
  for (const key of plurals)
    expect([key, Object.keys(catalogue[key]).sort()]).toEqual([key, wanted]);
});

test.each(CATALOGUES)("no text of %s is empty or loses its edges", (_, catalogue) => {
  const edges = (text: string) => [/^\s/.test(text), /\s$/.test(text)].join();
  const wrong = KEYS.filter((key) => {
    const [first = ""] = textsOf(en[key]);
    return textsOf(catalogue[key]).some(
      (text) => !text.trim() || edges(text) !== edges(first),
    );
  });
  expect(wrong).toEqual([]);
});

test.each(CATALOGUES.slice(1))("no sentence of %s is still English", (_, catalogue) => {
  const sentence = (text: string) => /[a-z] [a-z]+ [a-z]/.test(text);
  const english = KEYS.filter((key) =>
    textsOf(en[key]).some(
      (text) => sentence(text) && textsOf(catalogue[key]).includes(text),
    ),
  );
  expect(english).toEqual([]);
});

test("the language of a locale is found, and none is made up", () => {
  expect(["de_AT", "ar-EG", "pt-BR", "", null].map(languageOf)).toEqual([
    "de",
    "ar",
    null,
    null,
    null,
  ]);
});
