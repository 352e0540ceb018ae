// French: the texts of `en/promise.ts`.

import type { Part } from "../catalogue";
import type { promise as en } from "../en/promise";

export const promise: Part<typeof en> = {
  "promise.call_back_at": "Rappeler à une heure donnée",
  "promise.promised_for": "Promis pour {at}",
  "promise.take_back": "Annuler",
  "promise.when": "Quand rappeler",
  "promise.example": "mar. 10:00, demain, dans 2 h",
  "promise.day_and_time": "Jour et heure",
  "promise.promise": "Promettre",
  "promise.not_understood": "Pas une date des 90 prochains jours",
  "promise.call_back_promised": "Rappel promis",
  "promise.you_promised": "Vous avez promis de rappeler {at}",
  "promise.promised_by": "{by} a promis de rappeler {at}",
};
