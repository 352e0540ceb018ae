// What may a text of a catalogue hold, and which values does it ask for?

import type { ComponentChildren } from "preact";

/** One text per plural category of the language, chosen by the value of `{n}`. */
export type Plural = { readonly other: string } & {
  readonly [Category in Exclude<Intl.LDMLPluralRule, "other">]?: string;
};

/** `{name}` stands for a value. */
export type Message = string | Plural;

type Named<Text> = Text extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Named<Rest>
  : never;

type TextOf<M> = M extends { readonly other: infer Text } ? Text | `{n}` : M;

/** The names of the values that a text needs. */
export type NamesOf<M> = Named<TextOf<M>>;

/** A number is written in the language's own way, a text as it is. */
export type Values<M> = {
  readonly [Name in NamesOf<M>]: M extends Plural
    ? Name extends "n"
      ? number
      : string | number
    : string | number;
};

/** The same with elements of the page as values. */
export type Nodes<M> = {
  readonly [Name in NamesOf<M>]: Name extends "n"
    ? number | ComponentChildren
    : ComponentChildren;
};

const HOLE = /\{(\w+)\}/;

/** `["Rings for ", "s", " s"]`: texts at even places, names at odd ones. */
export function splitMessage(text: string): string[] {
  return text.split(HOLE);
}

/** The text for the number, or the one text there is. */
export function formOf(message: Message, n: unknown, rules: Intl.PluralRules): string {
  if (typeof message === "string") return message;
  return message[rules.select(Number(n))] ?? message.other;
}

const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/;

/**
 * A value must not turn the words around it, nor they the value (Unicode TR 9). On a
 * page from right to left a text that has its letters runs that way, also where a name
 * such as Erlang stands first.
 */
export function isolated(value: string, rtl: boolean): string {
  const turns = RIGHT_TO_LEFT.test(value);
  if (!rtl && !turns) return value;
  return `${rtl && turns ? "\u2067" : "\u2068"}${value}\u2069`;
}
