// What does `GET /v1/insight` answer?

import { viewerFormats } from "../shared/format";

export interface Share {
  count: number;
  of: number;
  share: number | null;
  low: number | null;
  high: number | null;
}

export interface OfferGroup {
  name: string;
  shown: number;
  offered: Share;
  taken: Share;
  declined: Share;
  unsuitable: Share;
  ordered: Share;
}

export interface Uplift {
  with_offers: Share;
  held_back: Share;
  difference: number | null;
  low: number | null;
  high: number | null;
}

export interface Insight {
  from: string;
  to: string;
  /** What the configuration calls queues and facets, by name. */
  labels: { queue: Record<string, string>; facet: Record<string, string> };
  offers: {
    total: OfferGroup;
    by_facet: OfferGroup[];
    by_reason: OfferGroup[];
    by_model: OfferGroup[];
    by_rule: OfferGroup[];
    by_queue: OfferGroup[];
    uplift: Uplift;
    formulas: Record<string, string>;
  };
}

/** Of fewer, one offer more or less changes the share by over 5 points. */
export const PERCENT_FROM = 20;

/** Of fewer settled offers in a group, a difference is not called a result. */
export const PROOF_FROM = 100;

/** `35%`; `2 of 3` where a percentage would promise too much; else a dash. */
export function figure({ count, of, share }: Share): string {
  if (share === null) return "–";
  return of < PERCENT_FROM ? partOf(count, of) : viewerFormats().percent(share);
}

/** What stands below the figure: its counts and how far chance reaches. */
export function support({ count, of, low, high }: Share): string {
  if (low === null || high === null) return "nothing to count yet";
  if (of < PERCENT_FROM) return "too few for a percentage";
  return `${partOf(count, of)}, ${range(low, high)}`;
}

function partOf(count: number, of: number): string {
  const { count: words } = viewerFormats();
  return `${words(count)} of ${words(of)}`;
}

/** `22–50%`: the 95% interval. */
function range(low: number, high: number): string {
  return viewerFormats().percentRange(low, high);
}

/** A difference of two shares in percentage points. */
export function points(difference: number): string {
  return `${viewerFormats().points(difference)} points`;
}

/** In a sentence: did the offers help, and may that be chance? */
export function verdict({ with_offers, held_back, difference, low, high }: Uplift) {
  if (held_back.of === 0 && with_offers.of === 0)
    return "Not known yet. No offer is 14 days old: until then it is not known what was ordered.";
  if (difference === null || low === null || high === null)
    return held_back.of === 0
      ? "Not known. No offers were held back, so it is not known what would have been ordered anyway. To measure it, set insight.holdout_share."
      : "Not known yet. Only held back offers are 14 days old.";
  const range = `${viewerFormats().percent(0.95)} interval ${points(low)} to ${points(high)}`;
  const fewest = Math.min(with_offers.of, held_back.of);
  if (fewest < PROOF_FROM)
    return `Not a proof: ${points(difference)} (${range}), but one group has only ${fewest} offers. From ${PROOF_FROM} in each group on, the difference is judged.`;
  if (low > 0) return `Offers helped: ${points(difference)} (${range}).`;
  if (high < 0) return `Offers did harm: ${points(difference)} (${range}).`;
  return `Not decided: ${points(difference)} may be chance (${range}).`;
}

/** `Ordered with offers` or `held back`, in figures. */
export function counted(share: Share): string {
  if (share.of === 0) return "none is 14 days old yet";
  const all = partOf(share.count, share.of);
  return share.of < PERCENT_FROM ? all : `${figure(share)} (${support(share)})`;
}

const NAMES: Record<string, string> = {
  "": "Not named",
  bought_often: "In their last orders",
  due_again: "Due again",
  also_order: "Ordered by customers like them",
  same_orders: "In the same orders",
  popular: "Ordered by many",
  policy: "Rule of the sales policy",
  unsuitable: "Not suitable",
  goes_with: "Goes with their order",
};

export function named(name: string): string {
  const words = NAMES[name] ?? name.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** What the offers of one table have in common. */
export interface Grouping {
  title: string;
  /** Heads the column of names. */
  head: string;
  groups: OfferGroup[];
  /** Of offers where the table's question has no answer. */
  none: string;
  labels: Record<string, string>;
}

export function groupings({ offers, labels }: Insight): Grouping[] {
  return [
    {
      title: "By reason",
      head: "First reason",
      groups: offers.by_reason,
      none: "No reason",
    },
    {
      title: "By model",
      head: "Ranking",
      groups: offers.by_model,
      none: "From a source",
    },
    {
      title: "By rule of the sales policy",
      head: "Rule",
      groups: offers.by_rule,
      none: "",
    },
    {
      title: "By list",
      head: "List",
      groups: offers.by_facet,
      none: "",
      labels: labels.facet,
    },
    {
      title: "By queue",
      head: "Queue",
      groups: offers.by_queue,
      none: "No queue",
      labels: labels.queue,
    },
  ]
    .filter((each) => each.groups.length > 0)
    .map((each) => ({ labels: {}, ...each, groups: each.groups.toSorted(byShown) }));
}

function byShown(a: OfferGroup, b: OfferGroup): number {
  return b.shown - a.shown;
}
