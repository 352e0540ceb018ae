// Italian: the texts of `en/finish.ts`.

import type { Part } from "../catalogue";
import type { finish as en } from "../en/finish";

export const finish: Part<typeof en> = {
  "finish.choose_a_result": "Scegliere un risultato prima di concludere",
  "finish.required": "Risultato (obbligatorio)",
};
