// How did the calls of a range end, whose were they, and what came of them?

import { said } from "../i18n/said";
import { t, textsOf } from "../i18n/words";
import { FileButtons } from "../shared/csv_button";
import { viewerFormats } from "../shared/format";
import { useReading } from "../shared/reading";
import type { Kind, Kinds } from "./answers";
import { type Choice, KINDS, rangeQuery } from "./choice";
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

function KindTable({ found, choice, change, from, to }: KindTableProps) {
  const { kind, queue, line, dialled } = choice;
  const open = (name: string) => {
    const places = Object.entries({ queue, line, dialled }).filter(
      ([, x]) => x !== null,
    );
    const to_end = addDays(to, 1);
    const range = { numbers: [], from, to: to_end, ...Object.fromEntries(places) };
    change({ open: { ...range, kind, name } });
  };
  const hasOrders = found.orders_days !== null;
  const ordered = t("reports.orders_within_days", { n: found.orders_days ?? 0 });
  const hides = found.rows.some((row) => row.results === null);
  return (
    <>
      <table class="by-block">
        <thead>
          <tr>
            <th scope="col">{TITLES[kind]}</th>
            <th scope="col">{t("reports.calls")}</th>
            <th scope="col">{t("reports.answered")}</th>
            <th scope="col">{t("reports.known_customers")}</th>
            {kind !== "result" && <th scope="col">{t("reports.results")}</th>}
            {hasOrders && <th scope="col">{ordered}</th>}
            {hasOrders && <th scope="col">{t("reports.revenue")}</th>}
          </tr>
        </thead>
        <tbody>
          {found.rows.map((row) => (
            <tr key={row.name}>
              <th scope="row">{readable(kind, row)}</th>
              <td data-label={t("reports.calls")}>
                {row.name === null ? (
                  shown(row.calls, "calls")
                ) : (
                  <button
                    type="button"
                    class="link"
                    onClick={() => open(row.name ?? "")}
                  >
                    {shown(row.calls, "calls")}
                  </button>
                )}
              </td>
              <td data-label={t("reports.answered")}>{shown(row.answered, "calls")}</td>
              <td data-label={t("reports.known_customers")}>
                {shown(row.known, "calls")}
              </td>
              {kind !== "result" && (
                <td data-label={t("reports.results")}>
                  {resultWords(row, found.results)}
                </td>
              )}
              {hasOrders && <td data-label={ordered}>{shown(row.orders, "calls")}</td>}
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

/** Outcomes and kinds of callers are the service's words, all others the centre's. */
function readable(kind: string, { name, label }: Kind): string {
  const own = kind === "outcome" || kind === "customer" || !name || name === "\0";
  return own ? said(label) : label;
}

const RESULTS_MAX = 4;

/** The most frequent results; a dash where they may not be seen. */
export function resultWords(row: Kind, labels: Record<string, string>): string {
  if (row.results === null) return NONE;
  const sorted = Object.entries(row.results).sort(([, a], [, b]) => b - a);
  const words = sorted
    .slice(0, RESULTS_MAX)
    .map(([code, count]) => `${labels[code] ?? code} ${countOf(count)}`);
  const others = sorted.slice(RESULTS_MAX).reduce((sum, [, count]) => sum + count, 0);
  if (others > 0) words.push(t("reports.others_count", { n: others }));
  return words.join(", ") || "none";
}

export function revenueWords(revenue: Record<string, number> | null): string {
  if (revenue === null) return NONE;
  const words = Object.entries(revenue).map(
    ([currency, amount]) => viewerFormats().money(amount, currency || null).text,
  );
  return words.join(", ") || "0";
}
