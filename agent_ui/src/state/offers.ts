// What did the agent say became of the offers on a card?

import type { Mark, MarkOffers, Offered, PolicyLine } from "../wire/frames";
import type { DeskState, Pop } from "./model";

export type Marks = Record<string, Mark>;

/** What an agent can say, in the order in which one key goes through them. */
export const SAID = ["offered", "taken", "declined", "unsuitable"] as const;
export type SaidMark = (typeof SAID)[number];

/** Facets whose rows are offers. */
export const OFFER_FACETS = ["recommendations", "goes_with"];

export function placeOf({ facet, item }: Offered): string {
  return `${facet}/${item}`;
}

export function markOf(pop: Pop, offer: Offered): Mark | null {
  return pop.marks[placeOf(offer)] ?? null;
}

/** All offers of a card in the order in which they stand there. */
export function offersOn(pop: Pop): Offered[] {
  const asked = pop.policy.flatMap((line) => offerOf(line) ?? []);
  return [...asked, ...offersInFacets(pop)];
}

/** A line of the sales policy that asks to offer something. */
export function offerOf(line: PolicyLine): Offered | null {
  return line.kind === "offer" ? { facet: "policy", item: line.rule } : null;
}

function offersInFacets(pop: Pop): Offered[] {
  return OFFER_FACETS.flatMap((facet) =>
    (pop.facets[facet]?.rows ?? []).flatMap((row) => offerIn(facet, row) ?? []),
  );
}

export function offerIn(facet: string, row: Record<string, unknown>): Offered | null {
  const item = row.sku ?? "";
  return item === "" ? null : { facet, item: String(item) };
}

/** One key: offered, taken, declined, not suitable, and nothing again. */
export function nextMark(mark: Mark | null): SaidMark | "" {
  const at = SAID.indexOf(mark as SaidMark);
  return SAID[at + 1] ?? "";
}

/** Marks as they will be; the service's word replaces them. */
export function marked(state: DeskState, frame: MarkOffers): DeskState {
  const pop = state.pops[frame.call_id];
  if (!pop) return state;
  const marks = { ...pop.marks };
  for (const place of frame.offers.map(placeOf)) {
    if (frame.mark !== "shown" || !marks[place]) marks[place] = frame.mark || "shown";
  }
  return { ...state, pops: { ...state.pops, [frame.call_id]: { ...pop, marks } } };
}
