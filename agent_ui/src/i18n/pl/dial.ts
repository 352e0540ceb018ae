// Polish: the texts of `en/dial.ts`.

import type { Part } from "../catalogue";
import type { dial as en } from "../en/dial";

export const dial: Part<typeof en> = {
  "dial.call": "Zadzwoń",
  "dial.call_number": "Zadzwoń pod {number}",
  "dial.copy": "Kopiuj {text}",
  "dial.copied": "Skopiowano: {text}",
  "dial.not_copied": "Nie skopiowano: przeglądarka na to nie pozwala.",
  "dial.opens": "{label} (otwiera się w innej karcie)",
};
