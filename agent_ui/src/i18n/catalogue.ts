// Where do the texts of a language come from?

import type { en } from "./en";
import type { Language } from "./languages";
import type { Message, Plural } from "./message";
import type { SaidTexts } from "./templates";

export type English = typeof en;
export type Key = keyof English;

/** All texts of one language. A missing or misspelt key does not compile. */
export type Catalogue = {
  readonly [K in Key]: English[K] extends string ? string : Plural;
};

/** The part of a catalogue that a file of a language holds. */
export type Part<E extends Record<string, Message>> = {
  readonly [K in keyof E]: E[K] extends string ? string : Plural;
};

/** Each language is a file of its own, fetched by who reads it. */
const LOADERS: Record<Language, () => Promise<Catalogue>> = {
  en: async () => (await import("./en")).en,
  de: async () => (await import("./de")).de,
  fr: async () => (await import("./fr")).fr,
  es: async () => (await import("./es")).es,
  it: async () => (await import("./it")).it,
  nl: async () => (await import("./nl")).nl,
  pl: async () => (await import("./pl")).pl,
  ar: async () => (await import("./ar")).ar,
};

/** Rejects where the file cannot be fetched. */
export function loadCatalogue(language: Language): Promise<Catalogue> {
  return LOADERS[language]();
}

const SAID: Record<Exclude<Language, "en">, () => Promise<SaidTexts>> = {
  de: async () => (await import("./de/said")).said,
  fr: async () => (await import("./fr/said")).said,
  es: async () => (await import("./es/said")).said,
  it: async () => (await import("./it/said")).said,
  nl: async () => (await import("./nl/said")).said,
  pl: async () => (await import("./pl/said")).said,
  ar: async () => (await import("./ar/said")).said,
};

/** Texts of the service, which are in English already; see `said.ts`. */
export async function loadSaid(language: Language): Promise<SaidTexts | null> {
  return language === "en" ? null : SAID[language]();
}
