// Which orders are recommendations made from, and how far is their reading?

import type { Formats } from "../shared/format";
import type { Feed, Rows } from "./answers";
import type { AdminProps } from "./lines";
import { PHASES } from "./words";

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
      </ul>
    </section>
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
