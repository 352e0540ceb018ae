// French: the texts of `en/insight.ts`.

import type { Part } from "../catalogue";
import type { insight as en } from "../en/insight";

export const insight: Partial<Part<typeof en>> = {
  "insight.not_suitable": "Inadapté",
  "insight.queue": "File d’attente",
  "insight.calls_of_the_last": "Appels des derniers",
  "insight.asking": "Interrogation…",
};
