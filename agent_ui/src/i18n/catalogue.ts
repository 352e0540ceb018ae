// Where do the texts of a language come from?

import type { en } from "./en";
import type { Language } from "./languages";
import type { Message, Plural } from "./message";

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
  de: async () => (await import("./en")).en,
  fr: async () => (await import("./en")).en,
  es: async () => (await import("./en")).en,
  it: async () => (await import("./en")).en,
  nl: async () => (await import("./en")).en,
  pl: async () => (await import("./en")).en,
  ar: async () => (await import("./en")).en,
};

/** Rejects where the file cannot be fetched. */
export function loadCatalogue(language: Language): Promise<Catalogue> {
  return LOADERS[language]();
}
