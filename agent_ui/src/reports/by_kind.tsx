// How did the calls of a range end, whose were they, and what came of them?

import { said } from "../i18n/said";
import { t, textsOf } from "../i18n/words";
import { ColumnHeads } from "../shared/column_heads";
import { FileButtons } from "../shared/csv_button";
import { viewerFormats } from "../shared/format";
import { useReading } from "../shared/reading";
import type { Kind, Kinds } from "./answers";
import { type Choice, KINDS, type Opened, rangeQuery } from "./choice";
import type { ViewProps } from "./view";
import { addDays, countOf, NONE, shown } from "./words";

const TITLES: Record<Choice["kind"], string> = textsOf({
  outcome: "reports.outcome",
  result: "reports.result",
  customer: "reports.customer",
  dialled: "reports.campaign_dialled_number",
});

export function ByKind(props: ViewProps) {
  const { choice, change, from, to, onExpired } = props;
  const { kind } = choice;
  const path = `/v1/stats/kinds?${rangeQuery(choice, from, to)}&group=${kind}`;
  const { answer, trouble, busy } = useReading<Kinds>(path, onExpired);
  const found = answer?.group === kind ? answer : null;
  return (
    <section class="reports-wide by-place by-kind">
      <h2>{t("reports.how_calls_ended")}</h2>
      <p>
        {KINDS.map((each) => (
          <button
            type="button"
            key={each}
            aria-pressed={each === kind}
            onClick={() => change({ kind: each })}
          >
            {TITLES[each]}
          </button>
        ))}{" "}
        <FileButtons path={path} name={`by-${kind}-${from}-${to}.csv`} />
      </p>
      {trouble && <p role="alert">{trouble}</p>}
      {found?.rows.length === 0 && !busy && <p>{t("reports.no_calls_in_this_time")}</p>}
      {found && found.rows.length > 0 && <KindTable {...props} found={found} />}
    </section>
  );
}

interface KindTableProps extends ViewProps {
  found: Kinds;
}

/** Outcomes and kinds of callers are the service's words, all others the centre's. */
function readable(kind: string, { name, label }: Kind): string {
  const own = kind === "outcome" || kind === "customer" || !name || name === "\0";
  return own ? said(label) : label;
}

type Open = (name: string, of?: Pick<Opened, "figure" | "result" | "days">) => void;

function KindTable({ found, choice, change, from, to }: KindTableProps) {
  const { kind, queue, line, dialled } = choice;
  const open: Open = (name, of = {}) => {
    const places = Object.entries({ queue, line, dialled }).filter(
      ([, x]) => x !== null,
    );
    const to_end = addDays(to, 1);
    const range = { numbers: [], from, to: to_end, ...Object.fromEntries(places) };
    change({ open: { ...range, kind, name, ...of } });
  };
  const days = found.orders_days;
  const hasOrders = days !== null;
  const ordered = t("reports.orders_within_days", { n: days ?? 0 });
  const hides = found.rows.some((row) => row.results === null);
  const heads = [
    TITLES[kind],
    t("reports.calls"),
    t("reports.answered"),
    t("reports.known_customers"),
    ...(kind !== "result" ? [t("reports.results")] : []),
    ...(hasOrders ? [ordered, t("reports.revenue")] : []),
  ];
  return (
    <>
      <table class="by-block">
        <ColumnHeads names={heads} />
        <tbody>
          {found.rows.map((row) => (
            <tr key={row.name}>
              <th scope="row">{readable(kind, row)}</th>
              <Figure row={row} of="calls" label={t("reports.calls")} open={open} />
              <Figure
                row={row}
                of="answered"
                label={t("reports.answered")}
                open={open}
              />
              <Figure
                row={row}
                of="known"
                label={t("reports.known_customers")}
                open={open}
              />
              {kind !== "result" && (
                <td data-label={t("reports.results")}>
                  <Results row={row} labels={found.results} open={open} />
                </td>
              )}
              {hasOrders && (
                <Figure row={row} of="orders" label={ordered} open={open} days={days} />
              )}
              {hasOrders && (
                <td data-label={t("reports.revenue")}>{revenueWords(row.revenue)}</td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
      <p class="muted">
        {hasOrders && t("reports.an_order_counts_under_the")}
        {found.orders_of && t("reports.orders", { orders_of: said(found.orders_of) })}
        {hides && t("reports.for_results_and_orders_too")}
      </p>
    </>
  );
}

interface FigureProps {
  row: Kind;
  of: "calls" | "answered" | "known" | "orders";
  label: string;
  open: Open;
  days?: number;
}

/** One figure, which opens its calls unless there are none or they are not shown. */
function Figure({ row, of, label, open, days }: FigureProps) {
  const { name } = row;
  const words = shown(row[of], "calls");
  if (name === null || !row[of]) return <td data-label={label}>{words}</td>;
  const figure = of === "calls" ? {} : { figure: of };
  const of_days = days === undefined ? {} : { days };
  return (
    <td data-label={label}>
      <button
        type="button"
        class="link"
        onClick={() => open(name, { ...figure, ...of_days })}
      >
        {words}
      </button>
    </td>
  );
}

interface ResultsProps {
  row: Kind;
  labels: Record<string, string>;
  open: Open;
}

function Results({ row, labels, open }: ResultsProps) {
  const { name, results } = row;
  if (results === null) return <>{NONE}</>;
  const { most, others } = mostChosen(results);
  if (most.length === 0) return <>{t("reports.no_result")}</>;
  return (
    <>
      {most.map(([code, count], place) => (
        <span key={code}>
          {place > 0 && " · "}
          <button
            type="button"
            class="link"
            onClick={() => open(name ?? "", { result: code })}
          >
            {labels[code] ?? code} {countOf(count)}
          </button>
        </span>
      ))}
      {others > 0 && ` · ${t("reports.others_count", { n: others })}`}
    </>
  );
}

const RESULTS_MAX = 4;

/** The most frequent results, and how many calls have another one. */
export function mostChosen(results: Record<string, number>) {
  const sorted = Object.entries(results).sort(([, a], [, b]) => b - a);
  const others = sorted.slice(RESULTS_MAX).reduce((sum, [, count]) => sum + count, 0);
  return { most: sorted.slice(0, RESULTS_MAX), others };
}

export function revenueWords(revenue: Record<string, number> | null): string {
  if (revenue === null) return NONE;
  const words = Object.entries(revenue).map(
    ([currency, amount]) => viewerFormats().money(amount, currency || null).text,
  );
  return words.join(", ") || "0";
}
