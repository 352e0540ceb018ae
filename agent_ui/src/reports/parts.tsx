// Which small parts do all views share?

import type { ComponentChildren } from "preact";
import type { Counter } from "./answers";
import { opens, shown } from "./words";

interface CellProps {
  counter: Counter;
  value: number | null;
  /** Too few agents took the calls for their time to be shown. */
  hidden?: boolean;
  onOpen(): void;
}

export const FEW_AGENTS = "too few agents";
export const WHY_HIDDEN =
  "Not shown: so few agents took these calls that the time would be that of one person (privacy.group_min).";

export function Cell({ counter, value, hidden = false, onOpen }: CellProps) {
  const text = shown(value, counter.unit);
  if (hidden) {
    return (
      <td data-label={counter.label} title={WHY_HIDDEN}>
        {text} <small class="why-none">{FEW_AGENTS}</small>
      </td>
    );
  }
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
