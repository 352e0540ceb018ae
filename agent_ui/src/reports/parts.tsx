// Which small parts do all views share?

import type { ComponentChildren } from "preact";
import { t } from "../i18n/words";
import type { Counter } from "./answers";
import { opens, shown } from "./words";

interface CellProps {
  counter: Counter;
  value: number | null;
  /** Too few agents took the calls for their time to be shown. */
  hidden?: boolean;
  onOpen(): void;
}

export const fewAgents = () => t("reports.too_few_agents");
export const whyHidden = () => t("reports.not_shown_so_few_agents");

export function Cell({ counter, value, hidden = false, onOpen }: CellProps) {
  const text = shown(value, counter.unit);
  if (hidden) {
    return (
      <td data-label={counter.label} title={whyHidden()}>
        {text} <small class="why-none">{fewAgents()}</small>
      </td>
    );
  }
  if (!opens(value, counter.unit, counter.name)) {
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
  const name = t("reports.in_figures", { name: props.name });
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: arrow keys scroll it
    <section class="table-box" aria-label={name} tabIndex={0}>
      {props.children}
    </section>
  );
}
