// Which orders are recommendations made from, and how far is their reading?

import type { Formats } from "../shared/format";
import type { Feed, Model, Ranking, Rows } from "./answers";
import type { AdminProps } from "./lines";
import { PHASES, TASKS } from "./words";

export function OrderFeeds({ state, formats, now }: AdminProps) {
  const { orders, sources } = state;
  if (!orders || orders.feeds.length === 0) return null;
  const known = [
    `${formats.number(orders.lines)} order lines`,
    `${formats.number(orders.orders)} orders`,
    `${formats.number(orders.customers)} customers`,
    `${formats.number(orders.items)} items`,
  ];
  if (orders.opted_out > 0) known.push(`${formats.number(orders.opted_out)} opted out`);
  return (
    <section class="admin-part" aria-labelledby="orders">
      <h2 id="orders">Orders</h2>
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
    ? `model ${model.number}, trained ${ago(trained_at)}`
    : "no model yet";
  return (
    <li class="panel admin-source" data-state={state}>
      <h3>Model for offers</h3>
      <p class="admin-state">
        <span class="dot" aria-hidden="true" />
        {step ? `${known}; training: ${step}` : known}
      </p>
      {trained_at && (
        <p class="muted">
          {`${formats.number(model.lines)} lines of ${formats.number(model.orders)} orders, `}
          {`${formats.number(model.customers)} customers, ${formats.number(model.items)} items`}
          {model.newest_order_at && `; newest order ${ago(model.newest_order_at)}`}
        </p>
      )}
      {model.rankings.map((ranking) => (
        <RankingRow key={ranking.task} {...{ ranking, formats }} />
      ))}
      {trouble && (
        <p class="admin-failure">
          {failed_at ? `Last training failed ${ago(failed_at)}: ${trouble}` : trouble}
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
    ? `, recall@10 ${share(variant)} (${others
        .map((name) => `${name} ${share(name)}`)
        .join(", ")}); ${formats.number(customers)} customers`
    : ", by default: too few customers to compare";
  return (
    <p
      class="muted"
      title="Recall@10: the share of the order among ten items, on orders that no variant saw"
    >
      {`${TASKS[task]}: ${variant}${measured}`}
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
    at ? formats.ago(Date.parse(at), now) : "never yet";
  const state = feed.trouble ? "failing" : feed.whole ? "working" : "unasked";
  return (
    <li class="panel admin-source" data-state={state}>
      <h3>{label}</h3>
      <p class="admin-state">
        <span class="dot" aria-hidden="true" />
        {`${PHASES[feed.phase]}${progress(feed, formats)}`}
      </p>
      <p class="muted">{`read ${ago(feed.read_at)}, all orders ${ago(feed.all_read_at)}`}</p>
      <RowsRead what="order lines" read={feed.orders} formats={formats} />
      <RowsRead what="items" read={feed.items} formats={formats} />
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
        {`${formats.number(read.kept)} ${what} of ${formats.number(read.rows)} rows`}
        {reasons.length > 0 && `; left out: ${reasons.join(", ")}`}
      </p>
      {read.odd.map((said) => (
        <p class="admin-failure" key={said}>
          {said}
        </p>
      ))}
    </>
  );
}
