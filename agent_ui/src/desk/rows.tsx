// How do lists look: orders, offers, earlier calls, and any table of one's own?

import type { ComponentChildren } from "preact";
import type { Column, Facet, FacetShape, Scalar } from "../wire/frames";
import { useDesk, useServerNow } from "./context";
import { cellText, Skeleton, shownColumns, Value } from "./fields";
import { rowsOf } from "./lanes";
import { humanised } from "./words";

const ROWS_SHOWN_MAX = 50;
type Row = Record<string, Scalar>;

interface RowsProps {
  facet: Facet;
  shape: FacetShape;
}

/** A list in a room of fixed height; more rows than fit scroll inside it. */
export function Rows({ facet, shape }: RowsProps) {
  const kind = kindOf(shape);
  const rows = facet.rows.slice(0, ROWS_SHOWN_MAX);
  const room = rowsOf(shape);
  const scrolls = rows.length > room || kind !== "table";
  const more = facet.rows.length - rows.length;
  return (
    <section
      class={`room room-${kind} room-${room}`}
      aria-label={`${shape.label}, list`}
      {...(scrolls && rows.length ? { tabIndex: 0 } : {})}
    >
      <RowsBody facet={facet} shape={shape} rows={rows} kind={kind} />
      {more > 0 && <p class="more">{`${more} further rows are not shown.`}</p>}
    </section>
  );
}

type Kind = "table" | "offers" | "timeline";

function kindOf(shape: FacetShape): Kind {
  const has = (...names: string[]) =>
    shape.columns.some((column) => names.includes(column.name));
  if (shape.name === "recommendations" && has("reason")) return "offers";
  const story = shape.name === "interactions" || shape.name === "notes";
  return story && has("at", "date") ? "timeline" : "table";
}

function RowsBody({
  facet,
  shape,
  rows,
  kind,
}: RowsProps & { rows: Row[]; kind: Kind }) {
  if (rows.length === 0 && facet.state !== "pending") return null;
  if (rows.length === 0) return <PendingRows shape={shape} />;
  if (kind === "offers") return <Offers shape={shape} rows={rows} />;
  if (kind === "timeline") return <Timeline shape={shape} rows={rows} />;
  return <Table shape={shape} rows={rows} />;
}

function PendingRows({ shape }: { shape: FacetShape }) {
  return (
    <div class="pending-rows">
      {Array.from({ length: rowsOf(shape) }, (_, index) => (
        <Skeleton key={index} label={index ? "" : `${shape.label}: asking`} />
      ))}
    </div>
  );
}

const RIGHT = new Set<Column["type"]>(["money", "number", "integer", "percent"]);

function Table({ shape, rows }: { shape: FacetShape; rows: Row[] }) {
  const { formats } = useDesk();
  const columns = shownColumns(shape.columns);
  const classOf = (column: Column) =>
    RIGHT.has(column.type) ? "right" : column.type === "date" ? "date" : "text";
  return (
    <table>
      <thead>
        <tr>
          {columns.map((column) => (
            <th key={column.name} scope="col" class={classOf(column)}>
              {column.label || humanised(column.name)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row, index) => (
          <tr key={index}>
            {columns.map((column) => (
              <td
                key={column.name}
                class={classOf(column)}
                dir="auto"
                title={cellText(formats, row, column)}
              >
                <Value
                  value={row[column.name] ?? null}
                  column={column}
                  currency={currencyIn(row)}
                />
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function currencyIn(row: Row): string | null {
  return typeof row.currency === "string" ? row.currency : null;
}

/** What to offer: the product, its price and stock, and why just this. */
function Offers({ shape, rows }: { shape: FacetShape; rows: Row[] }) {
  const columns = shownColumns(shape.columns);
  const reason = columns.find((each) => each.name === "reason");
  const title =
    columns.find((each) => ["product", "name", "item"].includes(each.name)) ??
    columns.find((each) => each.type === "text" && each !== reason);
  const price = columns.find((each) => each.type === "money");
  const rest = columns.filter((each) => ![reason, title, price].includes(each));
  return (
    <ol class="offers">
      {rows.map((row, index) => (
        <li key={index}>
          <span class="offer-name" dir="auto">
            <Text row={row} column={title} />
          </span>
          <span class="offer-price">
            <Text row={row} column={price} />
          </span>
          <span class="offer-reason" dir="auto">
            <Text row={row} column={reason} />
          </span>
          <span class="offer-rest">
            <Rest row={row} columns={rest} />
          </span>
        </li>
      ))}
    </ol>
  );
}

/** Earlier calls and notes: when and by whom, and the words that were left. */
function Timeline({ shape, rows }: { shape: FacetShape; rows: Row[] }) {
  const byName = (...names: string[]) =>
    shape.columns.find((each) => names.includes(each.name));
  const at = byName("at", "date");
  const words = byName("note", "text", "summary");
  const mark = byName("disposition");
  const rest = shape.columns.filter((each) => ![at, words, mark].includes(each));
  return (
    <ol class="timeline">
      {rows.map((row, index) => (
        <li key={index}>
          <span class="when">
            {at && <When value={row[at.name] ?? null} column={at} />}
          </span>
          <span class="what">
            <Rest row={row} columns={rest} unlabelled />
          </span>
          {mark && row[mark.name] && (
            <span class="mark">{humanised(String(row[mark.name]))}</span>
          )}
          <span class="words" dir="auto">
            <Text row={row} column={words} />
          </span>
        </li>
      ))}
    </ol>
  );
}

const RECENT_MS = 7 * 86_400_000;

function When({ value, column }: { value: Scalar; column: Column }) {
  const { formats } = useDesk();
  const now = useServerNow(60);
  const at = Date.parse(String(value));
  const full = formats.value(value, column, null);
  if (!Number.isFinite(at) || column.type === "date" || now - at > RECENT_MS) {
    return <>{full}</>;
  }
  return <span title={full}>{formats.ago(at, now)}</span>;
}

interface TextProps {
  row: Row;
  column: Column | undefined;
}

function Text({ row, column }: TextProps): ComponentChildren {
  const { formats } = useDesk();
  if (!column || row[column.name] === null || row[column.name] === undefined)
    return null;
  const text = cellText(formats, row, column);
  return <span title={text}>{text}</span>;
}

interface RestProps {
  row: Row;
  columns: Column[];
  unlabelled?: boolean;
}

function Rest({ row, columns, unlabelled = false }: RestProps): ComponentChildren {
  const { formats } = useDesk();
  const parts = columns
    .filter((column) => row[column.name] !== null && row[column.name] !== undefined)
    .filter((column) => row[column.name] !== "")
    .map((column) => {
      const text = cellText(formats, row, column);
      const worded = unlabelled && column.type === "text";
      return worded ? humanised(text) : `${column.label} ${text}`;
    });
  return parts.join(" · ");
}
