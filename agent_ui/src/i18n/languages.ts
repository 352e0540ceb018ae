// Which languages are there, and which of them does this person read?

export const LANGUAGES = {
  en: "English",
  de: "Deutsch",
  fr: "Français",
  es: "Español",
  it: "Italiano",
  nl: "Nederlands",
  pl: "Polski",
  ar: "العربية",
} as const;

export type Language = keyof typeof LANGUAGES;

const RIGHT_TO_LEFT = new Set<Language>(["ar"]);

export function directionOf(language: Language): "ltr" | "rtl" {
  return RIGHT_TO_LEFT.has(language) ? "rtl" : "ltr";
}

/** `de` for `de-AT` and `de_AT`; null where the pages are not in that language. */
export function languageOf(tag: string | null | undefined): Language | null {
  const base = tag?.split(/[-_]/)[0]?.toLowerCase() ?? "";
  return Object.hasOwn(LANGUAGES, base) ? (base as Language) : null;
}

/** The first wish that can be met; English where none can. */
export function firstOf(wishes: readonly (string | null | undefined)[]): Language {
  for (const wish of wishes) {
    const language = languageOf(wish);
    if (language) return language;
  }
  return "en";
}

/**
 * How dates and numbers are written: the user's own locale, else a variant of the
 * language that the browser names (`en-GB`), else the language.
 */
export function tagFor(
  language: Language,
  locale: string | null,
  browser: readonly string[],
): string {
  const own = canonical(locale);
  if (own && (languageOf(own) ?? language) === language) return plainDigits(own);
  const variant = browser.find((tag) => languageOf(tag) === language);
  return plainDigits(canonical(variant ?? null) ?? language);
}

function canonical(tag: string | null): string | null {
  if (!tag) return null;
  try {
    return Intl.getCanonicalLocales(tag.replaceAll("_", "-"))[0] ?? null;
  } catch {
    return null;
  }
}

/** Telephone and account numbers come in 0 to 9: one page, one set of digits. */
function plainDigits(tag: string): string {
  if (languageOf(tag) !== "ar" || tag.includes("-u-")) return tag;
  return `${tag}-u-nu-latn`;
}
