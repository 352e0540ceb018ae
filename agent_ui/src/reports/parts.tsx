// Which small parts do all views share?

import type { ComponentChildren } from "preact";
import type { Counter } from "./answers";
import { opens, shown } from "./words";

interface CellProps {
  counter: Counter;
  value: number | null;
  onOpen(): void;
}

export function Cell({ counter, value, onOpen }: CellProps) {
  const text = shown(value, counter.unit);
  if (!opens(value, counter.unit)) {
    return <td data-label={counter.label}>{text}</td>;
  }
  return (
    <td data-label={counter.label}>
      <button type="button" class="link" onClick={onOpen}>
        {text}
      </button>
    </td>
  );
}

/** Figures next to a chart; it scrolls, so the keyboard must reach it. */
export function TableBox(props: { name: string; children: ComponentChildren }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: arrow keys scroll it
    <section class="table-box" aria-label={`${props.name}, in figures`} tabIndex={0}>
      {props.children}
    </section>
  );
}
