// Which texts can be inserted into a note, and what do they become?

import type { Pop } from "../state/model";
import type { Snippet } from "../wire/frames";
import { type Spoken, valueFor } from "./buttons";

/** Those of the call's queue, in the order of the configuration. */
export function snippetsOf(all: Snippet[], { queue }: Pop): Snippet[] {
  return all.filter(
    ({ queues }) => queues.length === 0 || queues.includes(queue ?? ""),
  );
}

/** What replaces the note's characters `from` to `to`, and where the caret goes. */
export interface Insertion {
  from: number;
  to: number;
  text: string;
  caret: number;
}

/** A value that is missing leaves nothing; the caret stands at the end by default. */
export function filled(
  { text }: Snippet,
  pop: Pop,
  spoken: Spoken,
): { text: string; caret: number } {
  const [before = "", after] = text
    .split("{caret}")
    .map((part) =>
      part.replace(/\{([^{}]*)\}/g, (_, name: string) => valueFor(name, pop, spoken)),
    );
  return { text: before + (after ?? ""), caret: before.length };
}

/** The `/name ` that ends at the caret: at the start of the note or after a space. */
const TYPED = /(?:^|\s)(\/([\p{L}\p{N}][\p{L}\p{N}_-]*)[ \u00a0\u3000])$/u;

/** Only what is typed: neither a paste, nor a deletion, nor an undo. */
const TYPING = /^insert(?!FromPaste|FromDrop|FromYank)/;

export function typedSnippet(
  all: Snippet[],
  note: string,
  caret: number,
  inputType: string,
): { snippet: Snippet; from: number; to: number } | null {
  const [, typed, name] = TYPED.exec(note.slice(0, caret)) ?? [];
  if (!typed || !name || !TYPING.test(inputType)) return null;
  const snippet = all.find((each) => same(each.name, name));
  return snippet ? { snippet, from: caret - typed.length, to: caret } : null;
}

function same(one: string, other: string): boolean {
  return one.normalize().toLowerCase() === other.normalize().toLowerCase();
}

/**
 * As if it were typed, so that the browser's undo takes it back. False when the note
 * would be longer than it may be: it then stays as it is.
 */
export function insert(field: HTMLTextAreaElement, made: Insertion): boolean {
  const { from, to, text, caret } = made;
  const length = field.value.length - (to - from) + text.length;
  if (field.maxLength >= 0 && length > field.maxLength) return false;
  field.focus();
  field.setSelectionRange(from, to);
  if (!document.execCommand?.("insertText", false, text)) {
    field.setRangeText(text, from, to, "end");
    field.dispatchEvent(new InputEvent("input", { bubbles: true }));
  }
  field.setSelectionRange(from + caret, from + caret);
  return true;
}
