// Where on the card does a facet stand, and how much room does it get?

import type { CardLayout, FacetShape } from "../wire/frames";

export type Lane = "money" | "offer" | "bought" | "history";

const LANES: Record<string, Lane> = {
  balance: "money",
  credit_terms: "money",
  recommendations: "offer",
  goes_with: "offer",
  frequent_items: "offer",
  outlook: "offer",
  sales_history: "bought",
  yearly_totals: "bought",
  opportunities: "offer",
  tickets: "bought",
  entitlements: "bought",
  interactions: "history",
  notes: "history",
};

/** Room is given by the configuration alone, so that no answer moves another. */
const ROWS: Record<string, number> = {
  recommendations: 3,
  goes_with: 3,
  frequent_items: 5,
  sales_history: 5,
  interactions: 4,
  notes: 2,
};
const ROWS_OTHERWISE = 3;

export function laneOf(shape: FacetShape): Lane {
  return LANES[shape.name] ?? (shape.columns.length ? "history" : "offer");
}

export function rowsOf(shape: FacetShape, size: Size = "small"): number {
  if (shape.columns.length === 0) return 0;
  return (ROWS[shape.name] ?? ROWS_OTHERWISE) * (size === "tall" ? 2 : 1);
}

const TURNS = Object.keys(LANES);

/** Built-in facets stand in the order of `LANES`, own ones after them as declared. */
function turnOf(shape: FacetShape): number {
  const turn = TURNS.indexOf(shape.name);
  return turn < 0 ? TURNS.length : turn;
}

export function lanesOf(shapes: FacetShape[]): Record<Lane, FacetShape[]> {
  const lanes: Record<Lane, FacetShape[]> = {
    money: [],
    offer: [],
    bought: [],
    history: [],
  };
  const ordered = [...shapes].sort((a, b) => turnOf(a) - turnOf(b));
  for (const shape of ordered) {
    if (shape.name !== "identity") lanes[laneOf(shape)].push(shape);
  }
  return lanes;
}

export type Size = CardLayout["facets"][string];

/** The first that fits this call and this person; null: the usual layout. */
export function layoutFor(
  layouts: CardLayout[],
  queue: string | null,
  role: string,
): CardLayout | null {
  const fits = ({ queues, roles }: CardLayout) =>
    (queues.length === 0 || (queue !== null && queues.includes(queue))) &&
    (roles.length === 0 || roles.includes(role));
  return layouts.find(fits) ?? null;
}

export interface Placed {
  shown: { shape: FacetShape; size: Size }[];
  /** Under *More*, in their usual order. */
  more: FacetShape[];
}

export function placed(shapes: FacetShape[], { facets }: CardLayout): Placed {
  const byName = new Map(shapes.map((shape) => [shape.name, shape]));
  const shown = Object.entries(facets).flatMap(([name, size]) => {
    const shape = byName.get(name);
    return shape ? [{ shape, size }] : [];
  });
  const others = Object.values(lanesOf(shapes)).flat();
  return { shown, more: others.filter(({ name }) => !(name in facets)) };
}
