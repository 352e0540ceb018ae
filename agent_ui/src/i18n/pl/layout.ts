// Texts of the layouts of cards.

import type { Part } from "../catalogue";
import type { layout as en } from "../en/layout";

export const layout: Part<typeof en> = {
  "layout.title": "Układ kart",
  "layout.what":
    "Karta zmyślonego klienta, tak jak widzi ją każda kolejka i rola. Nic nie jest zapisywane.",
  "layout.show": "Pokaż kartę",
  "layout.which": "Układ",
  "layout.usual": "Zwykły układ",
  "layout.all": "wszystkie",
  "layout.more": {
    one: "Więcej: {n} panel",
    few: "Więcej: {n} panele",
    many: "Więcej: {n} paneli",
    other: "Więcej: {n} panelu",
  },
};
