// Texts of the layouts of cards.

import type { Part } from "../catalogue";
import type { layout as en } from "../en/layout";

export const layout: Part<typeof en> = {
  "layout.title": "Indeling van kaarten",
  "layout.what":
    "Een kaart van een verzonnen klant, zoals elke wachtrij en rol die ziet. Er wordt niets opgeslagen.",
  "layout.show": "De kaart tonen",
  "layout.which": "Indeling",
  "layout.usual": "Gewone indeling",
  "layout.all": "alle",
  "layout.more": { one: "Meer: {n} onderdeel", other: "Meer: {n} onderdelen" },
};
