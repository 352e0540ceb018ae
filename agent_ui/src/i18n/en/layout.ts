// Texts of the layouts of cards.

export const layout = {
  "layout.title": "Layouts of cards",
  "layout.what":
    "A card of an invented customer, as each queue and role sees it. Nothing is saved.",
  "layout.show": "Show the card",
  "layout.which": "Layout",
  "layout.usual": "Usual layout",
  "layout.all": "all",
  "layout.more": { one: "More: {n} facet", other: "More: {n} facets" },
} as const;
