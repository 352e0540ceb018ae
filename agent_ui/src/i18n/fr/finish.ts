// French: the texts of `en/finish.ts`.

import type { Part } from "../catalogue";
import type { finish as en } from "../en/finish";

export const finish: Part<typeof en> = {
  "finish.choose_a_result": "Choisissez un résultat avant de clore",
  "finish.required": "Résultat (obligatoire)",
};
