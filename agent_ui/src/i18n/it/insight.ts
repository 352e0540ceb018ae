// Italian: the texts of `en/insight.ts`.

import type { Part } from "../catalogue";
import type { insight as en } from "../en/insight";

export const insight: Partial<Part<typeof en>> = {
  "insight.not_suitable": "Non adatto",
  "insight.queue": "Coda",
  "insight.calls_of_the_last": "Chiamate degli ultimi",
  "insight.asking": "Interrogazione…",
};
