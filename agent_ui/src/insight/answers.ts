// What does `GET /v1/insight` answer?

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
  offers: {
    total: OfferGroup;
    by_facet: OfferGroup[];
    by_reason: OfferGroup[];
    by_model: OfferGroup[];
    uplift: Uplift;
    formulas: Record<string, string>;
  };
}

/** `35 %`, with the counts it is made of; a dash where there is nothing to share. */
export function percent(share: number | null): string {
  return share === null ? "–" : `${Math.round(share * 100)} %`;
}

/** A difference of two shares in percentage points. */
export function points(difference: number): string {
  const rounded = Math.round(difference * 1000) / 10;
  const sign = rounded > 0 ? "+" : rounded < 0 ? "−" : "±";
  return `${sign}${Math.abs(rounded).toFixed(1)} points`;
}

/** In a sentence: did the offers help, and may that be chance? */
export function verdict({ with_offers, held_back, difference, low, high }: Uplift) {
  if (held_back.of === 0 && with_offers.of === 0)
    return "No offer is 14 days old yet: until then it is not known what was ordered.";
  if (difference === null || low === null || high === null)
    return "No offers were held back, so it is not known what would have been ordered anyway. Set insight.holdout_share to learn it.";
  const range = `95 % interval ${points(low)} to ${points(high)}`;
  if (low > 0) return `Offers helped: ${points(difference)} (${range}).`;
  if (high < 0) return `Offers did harm: ${points(difference)} (${range}).`;
  return `Not decided: ${points(difference)} may be chance (${range}).`;
}

const REASONS: Record<string, string> = {
  policy: "Rule of the sales policy",
  "": "No reason given",
};

export function named(name: string): string {
  const words = REASONS[name] ?? name.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
