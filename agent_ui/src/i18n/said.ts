// How do texts that the service made in English read in the viewer's language?

import { splitMessage } from "./message";
import { isNumber, isSaid } from "./templates";
import {
  isolatedHere,
  language,
  languageTag,
  messageFor,
  numberHere,
  saidTemplates,
} from "./words";

const CHARS_MAX = 2_000;
const KEPT_MAX = 2_000;
const DEPTH_MAX = 3;
const SENTENCES = /(?<=[.!?]) (?=[\p{Lu}\p{N}(`])/u;
const CLAUSES = /(?<=;) /;
/** Of a text inside another one: also a list. */
const LISTED = /(?<=[;,]) /;

let kept: { of: unknown; texts: Map<string, string> } | null = null;

/**
 * The text in the viewer's language. Where the catalogue lacks it as a whole, its
 * sentences and clauses are looked for; what is not found stays as it is.
 */
export function said(text: string): string {
  const templates = saidTemplates();
  if (!templates || !text || text.length > CHARS_MAX) return text;
  if (kept?.of !== templates || kept.texts.size >= KEPT_MAX)
    kept = { of: templates, texts: new Map() };
  const known = kept.texts.get(text);
  if (known !== undefined) return known;
  const each = (part: string) => sentence(part, 0);
  const read = whole(text, 0) ?? text.split(SENTENCES).map(each).join(" ");
  kept.texts.set(text, read);
  return read;
}

/** An entry, or the same text filled in from a template. */
function whole(text: string, depth: number): string | null {
  const found = saidTemplates()?.find(text);
  if (!found) return null;
  const value = (name: string): string => {
    const given = found.values[name] ?? "";
    if (isNumber(name)) return isolatedHere(numberHere(numberOf(given)));
    return isSaid(name) && depth < DEPTH_MAX
      ? sentence(given, depth + 1)
      : isolatedHere(given);
  };
  const message = messageFor(found.message, numberOf(found.values.n ?? ""));
  return splitMessage(message)
    .map((part, at) => (at % 2 ? value(part) : part))
    .join("");
}

function sentence(text: string, depth: number): string {
  const clause = (each: string) => whole(each, depth) ?? plain(each, depth) ?? each;
  return (
    whole(text, depth) ??
    text
      .split(depth ? LISTED : CLAUSES)
      .map(clause)
      .join(" ")
  );
}

/** Without its last sign and its capital: a clause of a sentence made of several. */
function plain(text: string, depth: number): string | null {
  const sign = /[.;,]$/.exec(text)?.[0] ?? "";
  const bare = sign ? text.slice(0, -1) : text;
  const small = bare.charAt(0).toLowerCase() + bare.slice(1);
  const found = whole(bare, depth) ?? whole(small, depth);
  if (found === null) return null;
  const tag = languageTag();
  const first = found.charAt(0);
  const begun = bare === small ? first : first.toLocaleUpperCase(tag);
  return `${begun}${found.slice(1)}${language() === "ar" && sign === ";" ? "؛" : sign}`;
}

const numberOf = (written: string): number => Number(written.replaceAll(",", ""));

const read = new WeakMap<object, { of: unknown; counters: unknown }>();

interface Counted {
  label: string;
  formula: string;
}

/** Numbers with label and formula in the viewer's language; the same array each time. */
export function countersRead<C extends Counted>(counters: readonly C[]): C[] {
  const templates = saidTemplates();
  const known = read.get(counters);
  if (known && known.of === templates) return known.counters as C[];
  const inLanguage = counters.map((each) => ({
    ...each,
    label: said(each.label),
    formula: said(each.formula),
  }));
  read.set(counters, { of: templates, counters: inLanguage });
  return inLanguage;
}

/** The answer with its numbers in the viewer's language. */
export function withCountersRead<A extends { counters: Counted[] }>(answer: A): A {
  return { ...answer, counters: countersRead(answer.counters) };
}
