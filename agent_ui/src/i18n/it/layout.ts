// Texts of the layouts of cards.

import type { Part } from "../catalogue";
import type { layout as en } from "../en/layout";

export const layout: Part<typeof en> = {
  "layout.title": "Disposizione delle schede",
  "layout.what":
    "La scheda di un cliente inventato, come la vede ogni coda e ruolo. Non viene salvato nulla.",
  "layout.show": "Mostra la scheda",
  "layout.which": "Disposizione",
  "layout.usual": "Disposizione abituale",
  "layout.all": "tutti",
  "layout.more": { one: "Altro: {n} riquadro", other: "Altro: {n} riquadri" },
};
