// Italian: the texts of `en/promise.ts`.

import type { Part } from "../catalogue";
import type { promise as en } from "../en/promise";

export const promise: Part<typeof en> = {
  "promise.call_back_at": "Richiamare a un’ora",
  "promise.promised_for": "Promesso per {at}",
  "promise.take_back": "Annulla",
  "promise.when": "Quando richiamare",
  "promise.example": "mar 10:00, domani, tra 2 h",
  "promise.day_and_time": "Giorno e ora",
  "promise.promise": "Prometti",
  "promise.not_understood": "Non è un’ora dei prossimi 90 giorni",
  "promise.call_back_promised": "Richiamata promessa",
  "promise.you_promised": "Ha promesso di richiamare {at}",
  "promise.promised_by": "{by} ha promesso di richiamare {at}",
};
