// Arabic: the texts of `en/insight.ts`.

import type { Part } from "../catalogue";
import type { insight as en } from "../en/insight";

export const insight: Partial<Part<typeof en>> = {
  "insight.not_suitable": "غير مناسب",
  "insight.queue": "قائمة الانتظار",
  "insight.calls_of_the_last": "مكالمات آخر",
  "insight.asking": "جارٍ الاستعلام…",
};
