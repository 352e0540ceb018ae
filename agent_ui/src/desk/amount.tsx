// How does a value fit its room without losing the part that matters?

import type { ComponentChildren } from "preact";
import { emOf } from "../shared/width";
import type { Column, Scalar } from "../wire/frames";
import { useDesk } from "./context";

/** In its own direction and language, whatever stands around it. */
export function Said({ children }: { children: ComponentChildren }) {
  const { formats } = useDesk();
  return <bdi lang={formats.locale}>{children}</bdi>;
}

interface AmountProps {
  value: Scalar;
  column: Column;
  currency: string | null;
  /** The room follows the amount; else the amount has to fit the room. */
  whole?: boolean;
}

/** Rooms, in rem, below which the short form stands in for the whole amount. */
const ROOMS = [3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 16];
/** The smallest type in which an amount is written out, in rem. */
const SMALLEST = 0.6875;

/**
 * An amount that is cut reads as another amount. So it becomes smaller, then takes
 * two lines (currency and number), then its short form with the whole one as tip.
 */
export function Amount({ value, column, currency, whole = false }: AmountProps) {
  const { formats } = useDesk();
  const { text, pieces, brief } = formats.money(value, currency ?? column.currency);
  const spans = pieces.map((piece, at) => (
    <>
      {at > 0 && " "}
      <span>{piece}</span>
    </>
  ));
  const tone = Number(value) < 0 ? " negative" : "";
  const said = (
    <bdi class={`amount${tone}`} lang={formats.locale}>
      {spans}
    </bdi>
  );
  if (whole) return said;
  const longest = Math.max(...pieces.map(emOf)) * SMALLEST;
  return (
    <span
      class="amount-box"
      title={text}
      data-brief={brief}
      data-room={ROOMS.find((room) => room >= longest) ?? "more"}
      style={{ "--em": String(emOf(text)) }}
    >
      {said}
    </span>
  );
}

/** Several words may break: the estimate of their width need not be on the safe side. */
const LOOSE = 0.9;

interface FitProps {
  text: string;
  /** How the text is drawn; the text alone without it. */
  draw?(text: string): ComponentChildren;
  /** What is formatted for the viewer is also in the viewer's language. */
  formatted?: boolean;
}

/** What has no spaces, and is too long for two lines, keeps its beginning and end. */
const WORD_CHARS_MAX = 44;

function shortened(text: string): string {
  const signs = [...text];
  if (signs.length <= WORD_CHARS_MAX || /\s/.test(text)) return text;
  const half = WORD_CHARS_MAX / 2;
  return `${signs.slice(0, half).join("")}…${signs.slice(1 - half).join("")}`;
}

/** A text that becomes smaller and takes two lines before it loses its end. */
export function Fit({ text, draw, formatted = false }: FitProps) {
  const { formats } = useDesk();
  const shown = shortened(text);
  const room = emOf(shown) * (/\s/.test(shown) && !formatted ? LOOSE : 1);
  return (
    <span class="fit-box" title={text} style={{ "--em": String(room) }}>
      <bdi class="fit" {...(formatted ? { lang: formats.locale } : {})}>
        {draw ? draw(shown) : shown}
      </bdi>
    </span>
  );
}

const TAIL = 6;

/** Numbers of invoices and orders differ at their end: the middle gives way. */
export function Numbered({ text }: { text: string }) {
  const signs = [...text];
  const head = signs.slice(0, -TAIL).join("");
  return (
    <span class="numbered" dir="ltr" title={text}>
      <span class="numbered-head">{head}</span>
      <span>{signs.slice(-TAIL).join("")}</span>
    </span>
  );
}
