// Which of the declared fields does this company's data really fill?

import { useMemo } from "preact/hooks";
import { keep, kept } from "../shared/keep";
import type { Pop } from "../state/model";
import type { Facet, FacetShape, Field } from "../wire/frames";

/** So many answered cards without a value, and a field gets no room any more. */
export const ANSWERS_TO_LEARN = 5;

export type Learned = Record<string, { answers: number; filled: string[] }>;

/** What a card that is done teaches: which fields had a value. */
export function learn(learned: Learned, pop: Pop): Learned {
  const next = { ...learned };
  for (const [name, facet] of Object.entries(pop.facets)) {
    const found = Object.entries(facet.fields).filter(
      ([, field]) => field.value !== null,
    );
    if (found.length === 0) continue;
    const known = next[name] ?? { answers: 0, filled: [] };
    const filled = [...new Set([...known.filled, ...found.map(([field]) => field)])];
    next[name] = { answers: known.answers + 1, filled };
  }
  return next;
}

/** Without the fields that are always empty; a value that came on this card is shown. */
export function trimmed(
  shape: FacetShape,
  learned: Learned,
  facet: Facet | undefined,
): FacetShape {
  const known = learned[shape.name];
  if (!known || known.answers < ANSWERS_TO_LEARN) return shape;
  const fields = shape.fields.filter(
    ({ name }) => known.filled.includes(name) || says(facet?.fields[name]),
  );
  return { ...shape, fields };
}

function says(field: Field | undefined): boolean {
  const values = field ? [field, ...field.others].map((each) => each.value) : [];
  return values.some((value) => value !== null && value !== "");
}

export function remember(pop: Pop): void {
  keep(localStorage, "learned", learn(kept<Learned>(localStorage, "learned", {}), pop));
}

/** What a card teaches counts for the next one; no field leaves the card in front. */
export function useTrimmed(shapes: FacetShape[], pop: Pop): FacetShape[] {
  const learned = useMemo(
    () => kept<Learned>(localStorage, "learned", {}),
    [shapes, pop.call_id],
  );
  return shapes.map((shape) => trimmed(shape, learned, pop.facets[shape.name]));
}
