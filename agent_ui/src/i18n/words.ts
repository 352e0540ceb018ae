// What does the page say, in the language of who reads it?

import type { ComponentChildren } from "preact";
import { h } from "preact";
import { useEffect, useState } from "preact/hooks";
import {
  type Catalogue,
  type English,
  type Key,
  loadCatalogue,
  loadSaid,
} from "./catalogue";
import { directionOf, type Language, tagFor } from "./languages";
import {
  formOf,
  isolated,
  type Message,
  type NamesOf,
  type Nodes,
  splitMessage,
  type Values,
} from "./message";
import { type SaidTexts, Templates } from "./templates";

interface Spoken {
  language: Language;
  /** For `Intl`: `de-AT`. */
  tag: string;
  catalogue: Catalogue;
  /** Texts of the service; null: as they are. */
  said: Templates | null;
  plurals: Intl.PluralRules;
  numbers: Intl.NumberFormat;
  rtl: boolean;
}

let spoken: Spoken | null = null;
const listeners = new Set<() => void>();

/**
 * Fetch the language and show it. `locale` is the user's own, e.g. `de-AT`.
 * Where its file cannot be fetched, the page goes on in the language it has.
 */
export async function speak(language: Language, locale: string | null): Promise<void> {
  const [catalogue, texts] = await Promise.all([
    loadCatalogue(language).catch((error: unknown) => {
      if (spoken) return null;
      throw error;
    }),
    loadSaid(language).catch(() => null),
  ]);
  if (!catalogue) return;
  const tag = tagFor(language, locale, navigator.languages);
  speakFrom(catalogue, language, tag, texts);
}

/** The same with texts that are there already: the seam for tests. */
export function speakFrom(
  catalogue: Catalogue,
  language: Language,
  tag: string,
  texts: SaidTexts | null = null,
): void {
  spoken = {
    language,
    tag,
    catalogue,
    said: texts && new Templates(texts),
    plurals: new Intl.PluralRules(tag),
    numbers: new Intl.NumberFormat(tag, { maximumFractionDigits: 2 }),
    rtl: directionOf(language) === "rtl",
  };
  document.documentElement.lang = language;
  document.documentElement.dir = directionOf(language);
  for (const each of listeners) each();
}

export function language(): Language {
  return spoken?.language ?? "en";
}

/** What dates, numbers and names are written and sorted by. */
export function languageTag(): string {
  return spoken?.tag ?? "en";
}

/** Draws again after another choice of the language. */
export function useLanguage(): Language {
  const [, redraw] = useState(0);
  useEffect(() => {
    const listener = () => redraw((n) => n + 1);
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }, []);
  return language();
}

type Given<M, Shape> = NamesOf<M> extends never ? [] : [values: Shape];

/** `t("app.wait", { n: 3 })`: the text of that key, with its values. */
export function t<K extends Key>(
  key: K,
  ...[values]: Given<English[K], Values<English[K]>>
): string {
  return filled(key, (values ?? {}) as Record<string, string | number>);
}

/** The same where values are elements: each in a `<bdi>`, so that none turns another. */
export function tNodes<K extends Key>(
  key: K,
  values: Nodes<English[K]>,
): ComponentChildren[] {
  const given = values as Record<string, ComponentChildren>;
  return splitMessage(textOf(key, given.n)).map((part, at) =>
    at % 2 ? h("bdi", null, nodeOf(given[part])) : part,
  );
}

type PlainKey = {
  [K in Key]: NamesOf<English[K]> extends never ? K : never;
}[Key];

/** Texts by name for the top of a module: each is read when it is shown. */
export function textsOf<Name extends string>(
  keys: Readonly<Record<Name, PlainKey>>,
): Readonly<Record<Name, string>> {
  const found = {} as Record<Name, string>;
  for (const name of Object.keys(keys) as Name[]) {
    Object.defineProperty(found, name, {
      enumerable: true,
      get: () => textOf(keys[name], Number.NaN),
    });
  }
  return found;
}

/** Inside a sentence; German and others keep the capitals of their nouns. */
export function lowered(sentence: string): string {
  if (language() === "de") return sentence;
  return sentence.charAt(0).toLocaleLowerCase(languageTag()) + sentence.slice(1);
}

/** The text of a key that is only known at run time; null where there is none. */
export function tKnown(key: string): string | null {
  const message = (spoken?.catalogue as Record<string, Message> | undefined)?.[key];
  return message === undefined ? null : formOf(message, Number.NaN, rules());
}

function filled(key: Key, values: Record<string, string | number>): string {
  const parts = splitMessage(textOf(key, values.n));
  return parts
    .map((part, at) => (at % 2 ? written(values[part] ?? "") : part))
    .join("");
}

function written(value: string | number): string {
  return isolatedHere(typeof value === "number" ? numberHere(value) : value);
}

/** A value inside a sentence of this page. */
export function isolatedHere(value: string): string {
  return isolated(value, spoken?.rtl ?? false);
}

export function numberHere(value: number): string {
  return spoken ? spoken.numbers.format(value) : String(value);
}

/** The texts of the service; null: they are shown in English. */
export function saidTemplates(): Templates | null {
  return spoken?.said ?? null;
}

/** The form of a text for that number. */
export function messageFor(message: Message, n: number): string {
  return formOf(message, n, rules());
}

function nodeOf(value: ComponentChildren): ComponentChildren {
  return typeof value === "number" ? numberHere(value) : value;
}

/** A key before any language was fetched is a bug of this page: it shows as itself. */
function textOf(key: Key, n: unknown): string {
  return spoken ? formOf(spoken.catalogue[key], n, spoken.plurals) : key;
}

function rules(): Intl.PluralRules {
  return spoken?.plurals ?? new Intl.PluralRules("en");
}
