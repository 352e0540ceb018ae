// Polish: the texts of `en/finish.ts`.

import type { Part } from "../catalogue";
import type { finish as en } from "../en/finish";

export const finish: Part<typeof en> = {
  "finish.choose_a_result": "Przed zakończeniem wybierz wynik",
  "finish.required": "Wynik (wymagany)",
};
