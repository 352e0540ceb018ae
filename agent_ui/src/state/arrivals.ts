// In which order did the caller's details come, so that a later one moves none?

import type { Column, Facet } from "../wire/frames";

export type Arrivals = Record<string, number>;

/** `before`, and as of `offset` the identity fields that have a value now. */
export function arrivalsOf(
  facets: Record<string, Facet>,
  before: Arrivals,
  offset: number,
): Arrivals {
  const filled = Object.entries(facets.identity?.fields ?? {}).filter(
    ([, { value }]) => value !== null && value !== "",
  );
  const fresh = filled.filter(([name]) => !(name in before));
  if (fresh.length === 0) return before;
  return { ...before, ...Object.fromEntries(fresh.map(([name]) => [name, offset])) };
}

/** Those that came together stay in the order given. */
export function inOrderOfArrival(columns: Column[], arrivals: Arrivals): Column[] {
  const at = ({ name }: Column) => arrivals[name] ?? Number.POSITIVE_INFINITY;
  return [...columns].sort((a, b) => (at(a) === at(b) ? 0 : at(a) - at(b)));
}
