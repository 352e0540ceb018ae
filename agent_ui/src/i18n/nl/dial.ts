// Dutch: the texts of `en/dial.ts`.

import type { Part } from "../catalogue";
import type { dial as en } from "../en/dial";

export const dial: Part<typeof en> = {
  "dial.call": "Bellen",
  "dial.call_number": "{number} bellen",
  "dial.copy": "{text} kopiëren",
  "dial.copied": "Gekopieerd: {text}",
  "dial.not_copied": "Niet gekopieerd: de browser staat het niet toe.",
  "dial.opens": "{label} (opent in een ander tabblad)",
};
