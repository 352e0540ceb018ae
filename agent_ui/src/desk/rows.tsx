// How do lists look: orders, offers, earlier calls, and any table of one's own?

import type { ComponentChildren } from "preact";
import { said } from "../i18n/said";
import { t } from "../i18n/words";
import { duration, type Formats } from "../shared/format";
import type { Pop } from "../state/model";
import { OFFER_FACETS, offerIn } from "../state/offers";
import type { Column, Facet, FacetShape, Scalar } from "../wire/frames";
import { Amount, Fit, Numbered, Said } from "./amount";
import { classOf, DATES, nameOf, overflows } from "./columns";
import { useDesk, useServerNow } from "./context";
import { cellText, Skeleton, shownColumns, Value } from "./fields";
import { rowsOf, type Size } from "./lanes";
import { OfferMarks } from "./offers";
import { directionWord, humanised, outcomeWord, resultLabel } from "./words";

const ROWS_SHOWN_MAX = 50;
type Row = Record<string, Scalar>;

interface RowsProps {
  facet: Facet;
  shape: FacetShape;
  pop: Pop;
  size: Size;
}

/** A list in a room of fixed height; more rows than fit scroll inside it. */
export function Rows({ facet, shape, pop, size }: RowsProps) {
  const kind = kindOf(shape);
  const rows = facet.rows.slice(0, ROWS_SHOWN_MAX);
  const room = rowsOf(shape, size);
  const scrolls = rows.length > room || kind !== "table";
  const more = facet.rows.length - rows.length;
  return (
    <section
      class={`room room-${kind} room-${room}`}
      aria-label={t("desk.list", { label: shape.label })}
      {...(scrolls && rows.length ? { tabIndex: 0 } : {})}
    >
      <RowsBody {...{ facet, shape, pop, rows, kind, size }} />
      {more > 0 && (
        <p class="more">{t("desk.further_rows_are_not_shown", { n: more })}</p>
      )}
    </section>
  );
}

type Kind = "table" | "list" | "offers" | "orders" | "timeline";

function kindOf(shape: FacetShape): Kind {
  const has = (...names: string[]) =>
    shape.columns.some((column) => names.includes(column.name));
  if (OFFER_FACETS.includes(shape.name) && has("reason")) return "offers";
  if (shape.name === "sales_history" && has("items")) return "orders";
  const story = shape.name === "interactions" || shape.name === "notes";
  if (story && has("at", "date")) return "timeline";
  return overflows(shownColumns(shape.columns)) ? "list" : "table";
}

function RowsBody({
  facet,
  shape,
  pop,
  size,
  rows,
  kind,
}: RowsProps & { rows: Row[]; kind: Kind }) {
  if (rows.length === 0 && facet.state !== "pending") return null;
  if (rows.length === 0) return <PendingRows {...{ shape, size }} />;
  if (kind === "offers") return <Offers {...{ shape, pop, rows }} />;
  if (kind === "orders") return <Orders shape={shape} rows={rows} />;
  if (kind === "timeline") return <Timeline shape={shape} rows={rows} />;
  if (kind === "list") return <Listed shape={shape} rows={rows} />;
  return <Table shape={shape} rows={rows} />;
}

function PendingRows({ shape, size }: Pick<RowsProps, "shape" | "size">) {
  return (
    <div class="pending-rows">
      {Array.from({ length: rowsOf(shape, size) }, (_, index) => (
        <Skeleton
          key={index}
          label={index ? "" : t("desk.asking", { label: shape.label })}
        />
      ))}
    </div>
  );
}

function Table({ shape, rows }: { shape: FacetShape; rows: Row[] }) {
  const columns = shownColumns(shape.columns).filter((column) =>
    rows.some((row) => told(row, column)),
  );
  const classes = columns.map((column) => classOf(column, columns));
  return (
    <table>
      <thead>
        <tr>
          {columns.map((column, at) => (
            <th key={column.name} scope="col" class={classes[at]}>
              <Fit text={column.label || humanised(column.name)} />
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row, index) => (
          <tr key={index}>
            {columns.map((column, at) => (
              <td key={column.name} class={classes[at]}>
                <TableValue row={row} column={column} />
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Of more columns than fit side by side: what it is, then all the others in words. */
function Listed({ shape, rows }: { shape: FacetShape; rows: Row[] }) {
  const columns = shownColumns(shape.columns);
  const name = nameOf(columns);
  const rest = columns.filter((each) => each !== name);
  return (
    <ol class="listed">
      {rows.map((row, index) => (
        <li key={index}>
          <b dir="auto">{textOf(row, name)}</b>
          <span class="muted">
            <Rest row={row} columns={rest} />
          </span>
        </li>
      ))}
    </ol>
  );
}

/** Numbers of things: written from left to right in every language. */
const NUMBERS = ["invoice", "order", "ticket", "sku", "serial", "number", "id", "key"];

function TableValue({ row, column }: { row: Row; column: Column }) {
  const { formats } = useDesk();
  const value = row[column.name] ?? null;
  if (DATES.has(column.type)) {
    return <Fit text={formats.shortDate(value)} formatted />;
  }
  const text = String(value ?? "");
  if (NUMBERS.includes(column.name)) return <Numbered text={text} />;
  return <Value {...{ value, column }} currency={currencyIn(row)} />;
}

function currencyIn(row: Row): string | null {
  return typeof row.currency === "string" ? row.currency : null;
}

/** Rules of the sales policy read these; the reason says them in words. */
const FOR_RULES = ["category", "last_bought", "usual_days"];

/** What to offer: the product, its price and stock, why just this, what became of it. */
function Offers({
  shape,
  pop,
  rows,
}: Pick<RowsProps, "shape" | "pop"> & { rows: Row[] }) {
  const columns = shownColumns(shape.columns);
  const reason = columns.find((each) => each.name === "reason");
  const title =
    columns.find((each) => ["product", "name", "item"].includes(each.name)) ??
    columns.find((each) => each.type === "text" && each !== reason);
  const price = columns.find((each) => each.type === "money");
  const article = columns.find((each) => each.name === "sku");
  const rest = columns.filter(
    (each) =>
      ![reason, title, price, article].includes(each) && !FOR_RULES.includes(each.name),
  );
  return (
    <ol class="offers">
      {rows.map((row, index) => (
        <li key={index}>
          <span class="offer-name">
            <Fit text={textOf(row, title)} />
          </span>
          <span class="offer-price">
            <Text row={row} column={price} />
          </span>
          <span class="offer-reason" dir="auto" title={said(textOf(row, reason))}>
            {said(textOf(row, reason))}
          </span>
          <span class="offer-rest">
            <span class="offer-facts">
              <Rest row={row} columns={rest} />
            </span>
            <span class="article" dir="auto">
              <Text row={row} column={article} />
            </span>
          </span>
          <OfferMarks pop={pop} offer={offerIn(shape.name, row)} />
        </li>
      ))}
    </ol>
  );
}

/** Orders: when, which and for how much; then what was in them. */
function Orders({ shape, rows }: { shape: FacetShape; rows: Row[] }) {
  const columns = shownColumns(shape.columns);
  const byName = (name: string) => columns.find((each) => each.name === name);
  const [date, items, total] = [byName("date"), byName("items"), byName("total")];
  const rest = columns.filter((each) => ![date, items, total].includes(each));
  return (
    <ol class="timeline">
      {rows.map((row, index) => (
        <li key={index}>
          <span class="when">
            {date && <When value={row[date.name] ?? null} column={date} />}
          </span>
          <span class="what">
            <Rest row={row} columns={rest} unlabelled />
          </span>
          <span class="total">
            <Text row={row} column={total} />
          </span>
          <span class="words" dir="auto">
            <Text row={row} column={items} />
          </span>
        </li>
      ))}
    </ol>
  );
}

/** Earlier calls and notes: when and by whom, and the words that were left. */
function Timeline({ shape, rows }: { shape: FacetShape; rows: Row[] }) {
  const results = useDesk().state.hello?.dispositions ?? [];
  const byName = (...names: string[]) =>
    shape.columns.find((each) => names.includes(each.name));
  const at = byName("at", "date");
  const words = byName("note", "text", "summary");
  const mark = byName("disposition");
  const direction = byName("direction");
  const rest = shape.columns.filter(
    (each) => ![at, words, mark, direction].includes(each),
  );
  return (
    <ol class="timeline">
      {rows.map((row, index) => (
        <li key={index}>
          <span class="when">
            {at && <When value={row[at.name] ?? null} column={at} />}
          </span>
          <span class="what">
            {direction && ledBy(directionWord(row.direction))}
            <Rest row={row} columns={rest} unlabelled />
          </span>
          {mark && row[mark.name] && (
            <span class="mark">{resultLabel(row[mark.name] ?? null, results)}</span>
          )}
          <span class="words" dir="auto">
            <Text row={row} column={words} />
          </span>
        </li>
      ))}
    </ol>
  );
}

function ledBy(word: string): string {
  return word && `${word} · `;
}

const RECENT_MS = 7 * 86_400_000;

function When({ value, column }: { value: Scalar; column: Column }) {
  const { formats } = useDesk();
  const now = useServerNow(60);
  const at = Date.parse(String(value));
  const full = formats.value(value, column, null);
  if (!Number.isFinite(at) || column.type === "date" || now - at > RECENT_MS) {
    return (
      <span title={full}>
        <Said>{formats.shortDate(value)}</Said>
      </span>
    );
  }
  return (
    <span title={full}>
      <Said>{formats.ago(at, now)}</Said>
    </span>
  );
}

interface TextProps {
  row: Row;
  column: Column | undefined;
}

export function Text({ row, column }: TextProps): ComponentChildren {
  const { formats } = useDesk();
  if (!column || !told(row, column)) return null;
  if (column.type === "money") {
    return (
      <Amount
        value={row[column.name] ?? null}
        column={column}
        currency={currencyIn(row)}
        whole
      />
    );
  }
  const text = cellText(formats, row, column);
  return <span title={text}>{text}</span>;
}

function textOf(row: Row, column: Column | undefined): string {
  return column ? String(row[column.name] ?? "") : "";
}

function told(row: Row, column: Column): boolean {
  const value = row[column.name];
  return value !== null && value !== undefined && value !== "";
}

/** What goes without saying is not said. */
function usual(row: Row, column: Column): boolean {
  return column.name === "outcome" && row[column.name] === "completed";
}

interface RestProps {
  row: Row;
  columns: Column[];
  unlabelled?: boolean;
}

export function Rest({
  row,
  columns,
  unlabelled = false,
}: RestProps): ComponentChildren {
  const { formats } = useDesk();
  const shown = columns.filter((column) => told(row, column) && !usual(row, column));
  return shown.map((column, at) => {
    const worded = unlabelled && column.type === "text";
    return (
      <>
        {at > 0 && " · "}
        {!worded && column.name !== "talk_s" && `${column.label} `}
        {column.type === "money" ? (
          <Text row={row} column={column} />
        ) : column.name === "as_of" ? (
          <When value={row.as_of ?? null} column={column} />
        ) : (
          <bdi>{restWords(formats, row, column, worded)}</bdi>
        )}
      </>
    );
  });
}

function restWords(formats: Formats, row: Row, column: Column, worded: boolean) {
  if (column.name === "talk_s") return duration(Number(row[column.name]));
  if (column.name === "outcome") return outcomeWord(row.outcome, row.direction);
  const text = cellText(formats, row, column);
  return worded ? humanised(text) : text;
}
