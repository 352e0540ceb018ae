// Which entry of a catalogue is this English text, and which values are in it?

import { type Message, splitMessage } from "./message";

/** Texts by their English ones, in which `{name}` stands for a value. */
export type SaidTexts = Readonly<Record<string, Message>>;

/** A text that was found, with the values that stood in the English one. */
export interface Found {
  message: Message;
  values: Readonly<Record<string, string>>;
}

interface Template {
  message: Message;
  /** Texts at even places, names of values at odd ones. */
  parts: string[];
  /** How much of it is text: the more, the less else it fits. */
  letters: number;
}

const NUMBER = /^[-+]?\d[\d,]*(\.\d+)?$/;

/** `{n}` stands for a number, `{item}` for any text. */
export const isNumber = (name: string): boolean => name.length === 1;

/** `{said_reason}` stands for another text of the service. */
export const isSaid = (name: string): boolean => name.startsWith("said");

export class Templates {
  readonly #texts: SaidTexts;
  readonly #templates: Template[];

  constructor(texts: SaidTexts) {
    this.#texts = texts;
    this.#templates = Object.entries(texts)
      .filter(([english]) => english.includes("{"))
      .map(([english, message]) => templateOf(english, message))
      .sort((a, b) => b.letters - a.letters);
  }

  find(text: string): Found | null {
    const message = Object.hasOwn(this.#texts, text) ? this.#texts[text] : undefined;
    if (message !== undefined) return { message, values: {} };
    for (const template of this.#templates) {
      const values = valuesIn(text, template.parts);
      if (values) return { message: template.message, values };
    }
    return null;
  }
}

function templateOf(english: string, message: Message): Template {
  const parts = splitMessage(english);
  const letters = parts.filter((_, at) => at % 2 === 0).join("").length;
  return { message, parts, letters };
}

/**
 * Each value reaches to the first place where the text goes on: one pass over the
 * text, without going back.
 */
function valuesIn(text: string, parts: string[]): Record<string, string> | null {
  const [first = "", ...rest] = parts;
  if (!text.startsWith(first)) return null;
  const values: Record<string, string> = {};
  let at = first.length;
  for (let of = 0; of < rest.length; of += 2) {
    const [name = "", after = ""] = rest.slice(of, of + 2);
    const last = of === rest.length - 2;
    const end = last ? endsAt(text, after) : text.indexOf(after, at + 1);
    const value = text.slice(at, end);
    if (end <= at || (isNumber(name) && !NUMBER.test(value))) return null;
    values[name] = value;
    at = end + after.length;
  }
  return values;
}

function endsAt(text: string, after: string): number {
  return text.endsWith(after) ? text.length - after.length : -1;
}
