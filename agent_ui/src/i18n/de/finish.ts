// German: the texts of `en/finish.ts`.

import type { Part } from "../catalogue";
import type { finish as en } from "../en/finish";

export const finish: Part<typeof en> = {
  "finish.choose_a_result": "Vor dem Abschließen ein Ergebnis wählen",
  "finish.required": "Ergebnis (nötig)",
};
