// Which orders are recommendations made from, and how far is their reading?

import { said } from "../i18n/said";
import { t } from "../i18n/words";
import type { Formats } from "../shared/format";
import type { Feed, Model, Ranking, Rows } from "./answers";
import type { AdminProps } from "./lines";
import { PHASES, TASKS } from "./words";

export function OrderFeeds({ state, formats, now }: AdminProps) {
  const { orders, sources } = state;
  if (!orders || orders.feeds.length === 0) return null;
  const known = [
    t("admin.order_lines", { n: orders.lines }),
    t("admin.n_orders", { n: orders.orders }),
    t("admin.n_customers", { n: orders.customers }),
    t("admin.n_items", { n: orders.items }),
  ];
  if (orders.opted_out > 0) known.push(t("admin.opted_out", { n: orders.opted_out }));
  return (
    <section class="admin-part" aria-labelledby="orders">
      <h2 id="orders">{t("admin.orders")}</h2>
      <p class="muted">{known.join(", ")}</p>
      <ul class="admin-sources">
        {orders.feeds.map((feed) => {
          const source = sources.find((each) => each.source === feed.source);
          const label = source?.label ?? feed.source;
          return <FeedRow key={feed.source} {...{ feed, label, formats, now }} />;
        })}
        <ModelRow model={orders.model} {...{ formats, now }} />
      </ul>
    </section>
  );
}

interface ModelRowProps {
  model: Model;
  formats: Formats;
  now: number;
}

/** The model that offers are made with: how old, made of what, and how good. */
function ModelRow({ model, formats, now }: ModelRowProps) {
  const ago = (at: string) => formats.ago(Date.parse(at), now);
  const { trained_at, step, trouble, failed_at } = model;
  const state = trouble ? "failing" : trained_at ? "working" : "unasked";
  const known = trained_at
    ? t("admin.model_trained", {
        number: String(model.number ?? ""),
        trained_at: ago(trained_at),
      })
    : t("admin.no_model_yet");
  return (
    <li class="panel admin-source" data-state={state}>
      <h3>{t("admin.model_for_offers")}</h3>
      <p class="admin-state">
        <span class="dot" aria-hidden="true" />
        {step ? t("admin.training", { known, step }) : known}
      </p>
      {trained_at && (
        <p class="muted">
          {t("admin.lines_of_orders", {
            lines: formats.number(model.lines),
            orders: formats.number(model.orders),
          })}
          {t("admin.customers_items", {
            customers: formats.number(model.customers),
            items: formats.number(model.items),
          })}
          {model.newest_order_at &&
            t("admin.newest_order", { newest_order_at: ago(model.newest_order_at) })}
        </p>
      )}
      {model.rankings.map((ranking) => (
        <RankingRow key={ranking.task} {...{ ranking, formats }} />
      ))}
      {trouble && (
        <p class="admin-failure">
          {failed_at
            ? t("admin.last_training_failed", { failed_at: ago(failed_at), trouble })
            : trouble}
        </p>
      )}
    </li>
  );
}

/** `Likely to buy next: learned, recall@10 20% (personal top 18%); 1,286 customers`. */
function RankingRow({ ranking, formats }: { ranking: Ranking; formats: Formats }) {
  const { task, variant, customers, recall } = ranking;
  const share = (name: string) => formats.percent(recall[name] ?? 0);
  const others = Object.keys(recall).filter((name) => name !== variant);
  const measured = customers
    ? t("admin.recall_10_customers", {
        variant: share(variant),
        join: others.map((name) => `${said(name)} ${share(name)}`).join(", "),
        customers: formats.number(customers),
      })
    : t("admin.by_default_too_few_customers");
  return (
    <p class="muted" title={t("admin.recall_10_the_share_of")}>
      {`${TASKS[task]}: ${said(variant)}${measured}`}
    </p>
  );
}

interface FeedRowProps {
  feed: Feed;
  label: string;
  formats: Formats;
  now: number;
}

function FeedRow({ feed, label, formats, now }: FeedRowProps) {
  const ago = (at: string | null) =>
    at ? formats.ago(Date.parse(at), now) : t("admin.never_yet");
  const state = feed.trouble ? "failing" : feed.whole ? "working" : "unasked";
  return (
    <li class="panel admin-source" data-state={state}>
      <h3>{label}</h3>
      <p class="admin-state">
        <span class="dot" aria-hidden="true" />
        {`${PHASES[feed.phase]}${progress(feed, formats)}`}
      </p>
      <p class="muted">
        {t("admin.read_all_orders", {
          read_at: ago(feed.read_at),
          all_read_at: ago(feed.all_read_at),
        })}
      </p>
      <RowsRead what={t("admin.order_lines_2")} read={feed.orders} formats={formats} />
      <RowsRead what={t("admin.items")} read={feed.items} formats={formats} />
      {feed.trouble && <p class="admin-failure">{feed.trouble}</p>}
    </li>
  );
}

/** While it reads: how far, if the last reading says how many rows there are. */
function progress({ phase, orders, rows_expected }: Feed, formats: Formats): string {
  if (phase !== "orders" || !rows_expected) return "";
  return `, ${formats.percent(Math.min(1, orders.rows / rows_expected))}`;
}

interface RowsReadProps {
  what: string;
  read: Rows;
  formats: Formats;
}

function RowsRead({ what, read, formats }: RowsReadProps) {
  if (read.rows === 0) return null;
  const reasons = Object.entries(read.left_out).map(
    ([why, count]) => `${formats.number(count)} × ${why}`,
  );
  return (
    <>
      <p class="muted">
        {t("admin.of_rows", {
          kept: formats.number(read.kept),
          what,
          rows: formats.number(read.rows),
        })}
        {reasons.length > 0 && t("admin.left_out", { join: reasons.join(", ") })}
      </p>
      {read.odd.map((said) => (
        <p class="admin-failure" key={said}>
          {said}
        </p>
      ))}
    </>
  );
}
