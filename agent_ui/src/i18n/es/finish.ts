// Spanish: the texts of `en/finish.ts`.

import type { Part } from "../catalogue";
import type { finish as en } from "../en/finish";

export const finish: Part<typeof en> = {
  "finish.choose_a_result": "Elija un resultado antes de finalizar",
  "finish.required": "Resultado (obligatorio)",
};
