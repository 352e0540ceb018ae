// Spanish: the texts of `en/promise.ts`.

import type { Part } from "../catalogue";
import type { promise as en } from "../en/promise";

export const promise: Part<typeof en> = {
  "promise.call_back_at": "Llamar a una hora",
  "promise.promised_for": "Prometida para {at}",
  "promise.take_back": "Retirar",
  "promise.when": "Cuándo llamar",
  "promise.example": "mar 10:00, mañana, en 2 h",
  "promise.day_and_time": "Día y hora",
  "promise.promise": "Prometer",
  "promise.not_understood": "No es una hora de los próximos 90 días",
  "promise.call_back_promised": "Llamada prometida",
  "promise.you_promised": "Usted prometió llamar {at}",
  "promise.promised_by": "{by} prometió llamar {at}",
};
