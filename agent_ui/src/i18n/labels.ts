// How do the labels of the configuration read in the viewer's language?

import type {
  BreakReason,
  Column,
  DispositionChoice,
  FacetShape,
  Hello,
  Snippet,
  UrlButton,
} from "../wire/frames";
import type { Language } from "./languages";
import { language, tKnown } from "./words";

interface Labelled {
  label: string;
  /** In other languages, as the configuration says it. */
  labels?: Record<string, string>;
}

let texts: Record<string, Record<string, string>> = {};

/** Labels of the configuration by language; added to those known before. */
export function knowLabels(more: Record<string, Record<string, string>> | undefined) {
  texts = { ...texts, ...more };
}

/** A label of a queue, a line, a dialled number or a result; any other text as it is. */
export function placeLabel<T extends string | null | undefined>(label: T): T | string {
  return (label && texts[label]?.[language()]) || label;
}

/** The configuration's own translation, else the catalogue's text of a built-in label, else its label. */
export function labelOf({ label, labels }: Labelled): string {
  const own = (labels ?? texts[label])?.[language()];
  return own ?? tKnown(`label.${label}`) ?? label;
}

const facet = (shape: FacetShape): FacetShape => ({
  ...shape,
  label: labelOf(shape),
  fields: (shape.fields ?? []).map(column),
  columns: (shape.columns ?? []).map(column),
});

const column = (each: Column): Column => ({ ...each, label: labelOf(each) });

const choice = (each: DispositionChoice): DispositionChoice => ({
  ...each,
  label: labelOf(each),
});

const snippet = (each: Snippet): Snippet => ({ ...each, label: labelOf(each) });

const reason = (each: BreakReason): BreakReason => ({ ...each, label: labelOf(each) });

const button = (each: UrlButton): UrlButton => ({ ...each, label: labelOf(each) });

let last: { hello: Hello; language: Language; read: Hello } | null = null;

/** `hello` with all labels in the viewer's language; the same object while both stay. */
export function helloInLanguage<H extends Hello | null>(hello: H): H {
  if (!hello) return hello;
  if (last?.hello !== hello || last.language !== language()) {
    const read = {
      ...hello,
      facets: (hello.facets ?? []).map(facet),
      buttons: (hello.buttons ?? []).map(button),
      snippets: (hello.snippets ?? []).map(snippet),
      dispositions: (hello.dispositions ?? []).map(choice),
      break_reasons: (hello.break_reasons ?? []).map(reason),
    };
    last = { hello, language: language(), read };
  }
  return last.read as H;
}
