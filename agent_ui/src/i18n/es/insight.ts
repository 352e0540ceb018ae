// Spanish: the texts of `en/insight.ts`.

import type { Part } from "../catalogue";
import type { insight as en } from "../en/insight";

export const insight: Partial<Part<typeof en>> = {
  "insight.not_suitable": "No adecuado",
  "insight.queue": "Cola",
  "insight.calls_of_the_last": "Llamadas de los últimos",
  "insight.asking": "Consultando…",
};
