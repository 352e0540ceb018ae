// Texts of the layouts of cards.

import type { Part } from "../catalogue";
import type { layout as en } from "../en/layout";

export const layout: Part<typeof en> = {
  "layout.title": "Disposition des fiches",
  "layout.what":
    "La fiche d’un client inventé, comme chaque file et chaque rôle la voit. Rien n’est enregistré.",
  "layout.show": "Afficher la fiche",
  "layout.which": "Disposition",
  "layout.usual": "Disposition habituelle",
  "layout.all": "tous",
  "layout.more": { one: "Plus : {n} volet", other: "Plus : {n} volets" },
};
