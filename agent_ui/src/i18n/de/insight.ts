// German: the texts of `en/insight.ts`.

import type { Part } from "../catalogue";
import type { insight as en } from "../en/insight";

export const insight: Partial<Part<typeof en>> = {
  "insight.not_suitable": "Ungeeignet",
  "insight.queue": "Warteschlange",
  "insight.calls_of_the_last": "Anrufe der letzten",
  "insight.asking": "Wird abgefragt …",
};
