// Where does this value come from, and how old is it?

import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../i18n/words";
import type { Column, Facet, Field } from "../wire/frames";
import { useDesk, useServerNow } from "./context";
import { currencyOf } from "./verdict";
import { stateWord } from "./words";

/** `ERP · 3 s. ago · older value`, as it stands under a value. */
export function Meta({ field, brief = false }: { field: Field; brief?: boolean }) {
  const { formats } = useDesk();
  const now = useServerNow(5);
  if (field.state === "pending")
    return <>{t("desk.asking_2", { source: field.source })}</>;
  const at = Date.parse(field.fetched_at);
  const parts = [field.source, brief ? formats.age(at, now) : formats.ago(at, now)];
  if (field.state !== "fresh") parts.push(stateWord(field.state));
  return <>{parts.join(" · ")}</>;
}

interface Shown {
  currency: string | null;
  field: Field;
  column: Column;
  left: number;
  top: number;
}

interface Props {
  facet: Facet;
  columns: Column[];
  children: preact.ComponentChildren;
}

/** Shows source and age of the value under the pointer or with the focus. */
export function WithProvenance({ facet, columns, children }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const [shown, setShown] = useState<Shown | null>(null);
  const show = (event: Event) => setShown(found(event, box.current, facet, columns));
  const hide = () => setShown(null);
  return (
    <div
      class="with-tip"
      ref={box}
      onPointerOver={show}
      onPointerLeave={hide}
      onFocusIn={show}
      onFocusOut={hide}
    >
      {children}
      {shown && <Tip shown={shown} />}
    </div>
  );
}

function Tip({ shown }: { shown: Shown }) {
  const { formats } = useDesk();
  const tip = useRef<HTMLDivElement>(null);
  const { field, column, currency, left, top } = shown;
  useEffect(() => {
    tip.current?.style.setProperty("left", `${left}px`);
    tip.current?.style.setProperty("top", `${top}px`);
  }, [left, top]);
  return (
    <div class="tip" role="tooltip" ref={tip}>
      <strong>{column.label}</strong>
      <span dir="auto">{formats.value(field.value, column, currency)}</span>
      <span class="muted">
        <Meta field={field} />
      </span>
      {field.others.map((other) => (
        <span class="warn" key={other.source}>
          {t("desk.source_says", {
            source: other.source,
            value: formats.value(other.value, column, currency),
          })}
        </span>
      ))}
    </div>
  );
}

function found(
  event: Event,
  box: HTMLElement | null,
  facet: Facet,
  columns: Column[],
): Shown | null {
  const cell = (event.target as HTMLElement).closest<HTMLElement>("[data-field]");
  const column = columns.find((each) => each.name === cell?.dataset.field);
  const field = column && facet.fields[column.name];
  if (!cell || !box || !field || field.state === "pending") return null;
  const at = cell.getBoundingClientRect();
  const around = box.getBoundingClientRect();
  const left = Math.min(at.left - around.left, around.width - 200);
  const currency = currencyOf(facet.fields);
  const top = at.bottom - around.top;
  return { field, column, currency, left: Math.max(0, left), top };
}
