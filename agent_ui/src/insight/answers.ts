// What does `GET /v1/insight` answer?

import { labelOf } from "../i18n/labels";
import { said } from "../i18n/said";
import { t, textsOf } from "../i18n/words";
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
  if (low === null || high === null) return t("insight.nothing_to_count_yet");
  if (of < PERCENT_FROM) return t("insight.too_few_for_a_percentage");
  return `${partOf(count, of)}, ${range(low, high)}`;
}

function partOf(count: number, of: number): string {
  const { count: words } = viewerFormats();
  return t("reports.part_of", { part: words(count), all: words(of) });
}

/** `22–50%`: the 95% interval. */
function range(low: number, high: number): string {
  return viewerFormats().percentRange(low, high);
}

/** A difference of two shares in percentage points. */
export function points(difference: number): string {
  return t("insight.points", { points: viewerFormats().points(difference) });
}

/** In a sentence: did the offers help, and may that be chance? */
export function verdict({ with_offers, held_back, difference, low, high }: Uplift) {
  if (held_back.of === 0 && with_offers.of === 0)
    return t("insight.not_known_yet_no_offer");
  if (difference === null || low === null || high === null)
    return held_back.of === 0
      ? t("insight.not_known_no_offers_were")
      : t("insight.not_known_yet_only_held");
  const range = t("insight.interval_to", {
    percent: viewerFormats().percent(0.95),
    low: points(low),
    high: points(high),
  });
  const fewest = Math.min(with_offers.of, held_back.of);
  if (fewest < PROOF_FROM)
    return t("insight.not_a_proof_but_one", {
      difference: points(difference),
      range,
      fewest,
      _p_r_o_o_f__f_r_o_m: PROOF_FROM,
    });
  if (low > 0)
    return t("insight.offers_helped", { difference: points(difference), range });
  if (high < 0)
    return t("insight.offers_did_harm", { difference: points(difference), range });
  return t("insight.not_decided_may_be_chance", {
    difference: points(difference),
    range,
  });
}

/** `Ordered with offers` or `held back`, in figures. */
export function counted(share: Share): string {
  if (share.of === 0) return t("insight.none_is_14_days_old");
  const all = partOf(share.count, share.of);
  return share.of < PERCENT_FROM ? all : `${figure(share)} (${support(share)})`;
}

const NAMES: Record<string, string> = textsOf({
  "": "insight.not_named",
  bought_often: "insight.in_their_last_orders",
  due_again: "insight.due_again",
  also_order: "insight.ordered_by_customers_like_them",
  same_orders: "insight.in_the_same_orders",
  popular: "insight.ordered_by_many",
  policy: "insight.rule_of_the_sales_policy",
  unsuitable: "insight.not_suitable",
  goes_with: "insight.goes_with_their_order",
  shown: "insight.name_shown",
  offered: "insight.name_offered",
  taken: "insight.name_taken",
  declined: "insight.name_declined",
  ordered: "insight.name_ordered",
  uplift: "insight.name_uplift",
});

export function named(name: string): string {
  const words = NAMES[name] ?? said(name.replaceAll("_", " "));
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
      title: t("insight.by_reason"),
      head: t("insight.first_reason"),
      groups: offers.by_reason,
      none: t("insight.no_reason"),
    },
    {
      title: t("insight.by_model"),
      head: t("insight.ranking"),
      groups: offers.by_model,
      none: t("insight.from_a_source"),
    },
    {
      title: t("insight.by_rule_of_the_sales"),
      head: t("insight.rule"),
      groups: offers.by_rule,
      none: "",
    },
    {
      title: t("insight.by_list"),
      head: t("insight.list"),
      groups: offers.by_facet,
      none: "",
      labels: mapped(labels.facet),
    },
    {
      title: t("insight.by_queue"),
      head: t("insight.queue"),
      groups: offers.by_queue,
      none: t("insight.no_queue"),
      labels: labels.queue,
    },
  ]
    .filter((each) => each.groups.length > 0)
    .map((each) => ({ labels: {}, ...each, groups: each.groups.toSorted(byShown) }));
}

/** Labels of built-in facets read in the viewer's language. */
function mapped(labels: Record<string, string>): Record<string, string> {
  const read = ([name, label]: [string, string]) => [name, labelOf({ label })];
  return Object.fromEntries(Object.entries(labels).map(read));
}

function byShown(a: OfferGroup, b: OfferGroup): number {
  return b.shown - a.shown;
}
