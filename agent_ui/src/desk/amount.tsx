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

interface FitProps {
  text: string;
  /** How the text is drawn; the text alone without it. */
  draw?(text: string): ComponentChildren;
  /** What is formatted for the viewer is also in the viewer's language. */
  formatted?: boolean;
}

/** From this width on, in em, a value takes the room of two where there is some. */
const WIDE_EM = 16;

/** A text that becomes smaller, takes two lines, and scrolls before it loses its end. */
export function Fit({ text, draw, formatted = false }: FitProps) {
  const { formats } = useDesk();
  const room = emOf(text);
  return (
    <span
      class="fit-box"
      title={text}
      data-wide={room > WIDE_EM}
      style={{ "--em": String(room) }}
    >
      <bdi class="fit" {...(formatted ? { lang: formats.locale } : {})}>
        {draw ? draw(text) : text}
      </bdi>
    </span>
  );
}

/** Invoice and serial numbers: whole in smaller type before they take a second line. */
export function Numbered({ text }: { text: string }) {
  return <Fit text={text} draw={(shown) => <span dir="ltr">{shown}</span>} />;
}
