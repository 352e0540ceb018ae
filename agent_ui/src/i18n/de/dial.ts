// German: the texts of `en/dial.ts`.

import type { Part } from "../catalogue";
import type { dial as en } from "../en/dial";

export const dial: Part<typeof en> = {
  "dial.call": "Anrufen",
  "dial.call_number": "{number} anrufen",
  "dial.copy": "{text} kopieren",
  "dial.copied": "Kopiert: {text}",
  "dial.not_copied": "Nicht kopiert: Der Browser erlaubt es nicht.",
  "dial.opens": "{label} (öffnet sich in einem anderen Tab)",
};
