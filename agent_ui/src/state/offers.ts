// What did the agent say became of the offers on a card?

import type { Mark, MarkOffers, Offered, PolicyLine } from "../wire/frames";
import type { DeskState, Pop } from "./model";

export type Marks = Record<string, Mark>;

/** Said here; `until`: the offset of the frame that confirms it, once known. */
export type Marking = Record<string, { mark: Mark; until: number | null }>;

/** What an agent can say, in the order in which one key goes through them. */
export const SAID = ["offered", "taken", "declined", "unsuitable"] as const;
export type SaidMark = (typeof SAID)[number];

/** Facets whose rows are offers. */
export const OFFER_FACETS = ["recommendations", "goes_with"];

export function placeOf({ facet, item }: Offered): string {
  return `${facet}/${item}`;
}

export function markOf(pop: Pop, offer: Offered): Mark | null {
  const place = placeOf(offer);
  return pop.marking[place]?.mark ?? pop.marks[place] ?? null;
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

/** What the agent said just now stands until the service has confirmed it. */
export function marked(state: DeskState, frame: MarkOffers): DeskState {
  return patched(state, frame, (pop) => {
    const marking = { ...pop.marking };
    for (const offer of frame.offers) {
      if (frame.mark === "shown" && markOf(pop, offer)) continue;
      marking[placeOf(offer)] = { mark: frame.mark || "shown", until: null };
    }
    return { ...pop, marking };
  });
}

/** `until`: the offset at which the service has it; null: the service refused. */
export function markSettled(
  state: DeskState,
  frame: MarkOffers,
  until: number | null,
): DeskState {
  return patched(state, frame, (pop) => {
    const marking = { ...pop.marking };
    for (const place of frame.offers.map(placeOf)) {
      const mine = marking[place];
      if (!mine) continue;
      if (until !== null) marking[place] = { ...mine, until };
      else if (frame.mark !== "shown") delete marking[place];
    }
    return { ...pop, marking: notTold(marking, pop.offset) };
  });
}

/** Marks that no frame up to `offset` can know yet. */
export function notTold(marking: Marking, offset: number): Marking {
  const waits = ({ until }: Marking[string]) => until === null || until > offset;
  return Object.fromEntries(Object.entries(marking).filter(([, mine]) => waits(mine)));
}

function patched(
  state: DeskState,
  { call_id: callId }: MarkOffers,
  patch: (pop: Pop) => Pop,
): DeskState {
  const pop = state.pops[callId];
  return pop ? { ...state, pops: { ...state.pops, [callId]: patch(pop) } } : state;
}
