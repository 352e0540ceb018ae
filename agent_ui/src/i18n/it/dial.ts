// Italian: the texts of `en/dial.ts`.

import type { Part } from "../catalogue";
import type { dial as en } from "../en/dial";

export const dial: Part<typeof en> = {
  "dial.call": "Chiama",
  "dial.call_number": "Chiama {number}",
  "dial.copy": "Copia {text}",
  "dial.copied": "Copiato: {text}",
  "dial.not_copied": "Non copiato: il browser non lo consente.",
  "dial.opens": "{label} (si apre in un’altra scheda)",
};
