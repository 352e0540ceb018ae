// Texts of the layouts of cards.

import type { Part } from "../catalogue";
import type { layout as en } from "../en/layout";

export const layout: Part<typeof en> = {
  "layout.title": "Anordnung der Karten",
  "layout.what":
    "Eine Karte eines erfundenen Kunden, wie jede Warteschlange und Rolle sie sieht. Nichts wird gespeichert.",
  "layout.show": "Karte zeigen",
  "layout.which": "Anordnung",
  "layout.usual": "Übliche Anordnung",
  "layout.all": "alle",
  "layout.more": { one: "Mehr: {n} Bereich", other: "Mehr: {n} Bereiche" },
};
