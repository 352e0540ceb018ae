// German: the texts of `en/promise.ts`.

import type { Part } from "../catalogue";
import type { promise as en } from "../en/promise";

export const promise: Part<typeof en> = {
  "promise.call_back_at": "Rückruf zu einer Zeit",
  "promise.promised_for": "Zugesagt für {at}",
  "promise.take_back": "Zurücknehmen",
  "promise.when": "Wann zurückrufen",
  "promise.example": "Di 10:00, morgen, in 2 Std.",
  "promise.day_and_time": "Tag und Uhrzeit",
  "promise.promise": "Zusagen",
  "promise.not_understood": "Keine Zeit in den nächsten 90 Tagen",
  "promise.call_back_promised": "Rückruf zugesagt",
  "promise.you_promised": "Sie haben den Rückruf für {at} zugesagt",
  "promise.promised_by": "{by} hat den Rückruf für {at} zugesagt",
};
