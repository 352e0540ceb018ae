// How do single values look, before and after their source has answered?

import { t } from "../i18n/words";
import { type Formats, isTrue } from "../shared/format";
import { emOf } from "../shared/width";
import type { Column, Facet, Field, FieldState, Scalar } from "../wire/frames";
import { Amount, Fit } from "./amount";
import { useDesk } from "./context";
import { telOf } from "./dial";
import { CallLink, CopyButton } from "./phone";
import { Meta, WithProvenance } from "./provenance";
import { currencyOf, goodReason, MEANING } from "./verdict";
import { stateWord } from "./words";

/** The currency stands with each amount, not in a cell of its own. */
export function shownColumns(columns: Column[]): Column[] {
  const money = columns.some((each) => each.type === "money");
  return columns.filter((each) => !(money && each.name === "currency"));
}

export function Fields({ facet, columns }: { facet: Facet; columns: Column[] }) {
  const shown = shownColumns(columns);
  return (
    <WithProvenance facet={facet} columns={shown}>
      <dl class="fields">
        {shown.map((column) => (
          <Cell key={column.name} facet={facet} column={column} />
        ))}
      </dl>
    </WithProvenance>
  );
}

function Cell({ facet, column }: { facet: Facet; column: Column }) {
  const { sources } = useDesk();
  const field = facet.fields[column.name];
  const state = field?.state ?? facet.state;
  const differs = Boolean(field?.others.length);
  return (
    <div
      class="cell"
      data-field={column.name}
      data-state={state}
      data-differs={differs}
      data-alarm={alarms(column, field)}
    >
      <dt>
        <span class="cell-label">{column.label}</span>
        <CellState facet={facet} field={field} column={column} />
      </dt>
      <dd>
        <CellValue facet={facet} column={column} field={field} />
        {sources && (
          <span class="cell-meta">
            {field ? <Meta field={field} brief /> : missingWord(state)}
          </span>
        )}
      </dd>
    </div>
  );
}

/** Its facet was answered, and this was not among it. */
function missingWord(state: FieldState): string {
  return state === "fresh" || state === "stale"
    ? t("desk.not_given")
    : stateWord(state);
}

/** Overdue money and a hold must be seen without reading. */
function alarms(column: Column, field: Field | undefined): boolean {
  if (!field || field.value === null) return false;
  const name: string = column.name;
  if ((MEANING.hold as readonly string[]).includes(name)) return isTrue(field.value);
  return (
    (MEANING.overdue as readonly string[]).includes(name) && Number(field.value) > 0
  );
}

interface CellStateProps {
  facet: Facet;
  field: Field | undefined;
  column: Column;
}

/** What is odd about this one value; what holds for the facet stands in its head. */
function CellState({ facet, field, column }: CellStateProps) {
  const { formats } = useDesk();
  const other = field?.others[0];
  if (other) {
    const { value } = other;
    const text = formats.value(value, column, currencyOf(facet.fields));
    return (
      <span
        class="cell-other"
        title={`${text} · ${other.source}`}
        style={{ "--em": String(emOf(text)) }}
      >
        <span aria-hidden="true">≠ </span>
        {column.type === "money" ? (
          <Amount {...{ value, column }} currency={currencyOf(facet.fields)} />
        ) : (
          <Fit text={text} />
        )}
      </span>
    );
  }
  if (!field || field.state === facet.state || field.state === "fresh") return null;
  return <span class="cell-state">{stateWord(field.state)}</span>;
}

interface ValueProps {
  facet: Facet;
  column: Column;
  field: Field | undefined;
}

function CellValue({ facet, column, field }: ValueProps) {
  const pending = (field?.state ?? facet.state) === "pending";
  if (pending) return <Skeleton label={t("desk.asking", { label: column.label })} />;
  if (!field || field.value === null) {
    return (
      <span class="value nothing">
        <Fit text={goodReason(facet, column) ?? "–"} />
      </span>
    );
  }
  const currency = currencyOf(facet.fields);
  return (
    <span class="value">
      <Value value={field.value} column={column} currency={currency} />
    </span>
  );
}

interface OneValue {
  value: Scalar;
  column: Column;
  currency: string | null;
}

/** One value as text, or as a link where its type is one. */
export function Value({ value, column, currency }: OneValue) {
  const { formats } = useDesk();
  if (column.type === "money") return <Amount {...{ value, column, currency }} />;
  const text = formats.value(value, column, currency);
  if (column.type === "phone" && text) return <PhoneValue text={text} />;
  const href = linkOf(value, column);
  const formatted = !AS_CAME.has(column.type);
  if (!href) {
    const tone = toneOf(value, column);
    const draw = (shown: string) => <span class={tone}>{shown}</span>;
    return <Fit {...{ text, formatted, draw }} />;
  }
  const away =
    column.type === "url" ? { target: "_blank", rel: "noopener noreferrer" } : {};
  const draw = (shown: string) => (
    <a href={href} {...away}>
      {shown}
    </a>
  );
  return <Fit {...{ text, draw }} />;
}

function PhoneValue({ text }: { text: string }) {
  const draw = (shown: string) => <CallLink number={text}>{shown}</CallLink>;
  return (
    <span class="phone-value">
      <Fit {...{ text, draw }} />
      <CopyButton text={text} />
    </span>
  );
}

const AS_CAME = new Set<Column["type"]>(["text", "phone", "email", "url"]);

/** Only addresses that cannot run anything in our page become links. */
export function linkOf(value: Scalar, column: Column): string | null {
  if (typeof value !== "string" || !value) return null;
  if (column.type === "email") return `mailto:${encodeURIComponent(value)}`;
  if (column.type === "phone") return telOf(value);
  if (column.type === "url") return /^https?:\/\//i.test(value) ? value : null;
  return null;
}

function toneOf(value: Scalar, column: Column): string {
  return column.type === "number" && Number(value) < 0 ? "negative" : "";
}

export function Skeleton({ label }: { label: string }) {
  return (
    <span class="skeleton">
      <span class="hidden">{label}</span>
    </span>
  );
}

export function cellText(
  formats: Formats,
  row: Record<string, Scalar>,
  column: Column,
): string {
  const currency = typeof row.currency === "string" ? row.currency : null;
  return formats.value(row[column.name] ?? null, column, currency);
}
