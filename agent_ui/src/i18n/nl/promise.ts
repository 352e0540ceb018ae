// Dutch: the texts of `en/promise.ts`.

import type { Part } from "../catalogue";
import type { promise as en } from "../en/promise";

export const promise: Part<typeof en> = {
  "promise.call_back_at": "Terugbellen op een tijd",
  "promise.promised_for": "Beloofd voor {at}",
  "promise.take_back": "Terugnemen",
  "promise.when": "Wanneer terugbellen",
  "promise.example": "di 10:00, morgen, over 2 u",
  "promise.day_and_time": "Dag en tijd",
  "promise.promise": "Beloven",
  "promise.not_understood": "Geen tijd in de komende 90 dagen",
  "promise.call_back_promised": "Terugbellen beloofd",
  "promise.you_promised": "U beloofde terug te bellen {at}",
  "promise.promised_by": "{by} beloofde terug te bellen {at}",
};
