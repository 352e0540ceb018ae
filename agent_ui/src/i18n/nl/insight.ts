// Dutch: the texts of `en/insight.ts`.

import type { Part } from "../catalogue";
import type { insight as en } from "../en/insight";

export const insight: Partial<Part<typeof en>> = {
  "insight.not_suitable": "Ongeschikt",
  "insight.queue": "Wachtrij",
  "insight.calls_of_the_last": "Gesprekken van de laatste",
  "insight.asking": "Opvragen…",
};
