// Polish: the texts of `en/insight.ts`.

import type { Part } from "../catalogue";
import type { insight as en } from "../en/insight";

export const insight: Partial<Part<typeof en>> = {
  "insight.not_suitable": "Nieodpowiednie",
  "insight.queue": "Kolejka",
  "insight.calls_of_the_last": "Połączenia z ostatnich",
  "insight.asking": "Odpytywanie…",
};
