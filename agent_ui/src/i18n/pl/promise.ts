// Polish: the texts of `en/promise.ts`.

import type { Part } from "../catalogue";
import type { promise as en } from "../en/promise";

export const promise: Part<typeof en> = {
  "promise.call_back_at": "Oddzwoń o godzinie",
  "promise.promised_for": "Obiecane na {at}",
  "promise.take_back": "Wycofaj",
  "promise.when": "Kiedy oddzwonić",
  "promise.example": "wt. 10:00, jutro, za 2 godz.",
  "promise.day_and_time": "Dzień i godzina",
  "promise.promise": "Obiecaj",
  "promise.not_understood": "To nie jest czas w ciągu 90 dni",
  "promise.call_back_promised": "Obiecano oddzwonić",
  "promise.you_promised": "Obiecujesz oddzwonić {at}",
  "promise.promised_by": "{by} obiecuje oddzwonić {at}",
};
