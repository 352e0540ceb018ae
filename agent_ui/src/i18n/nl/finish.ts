// Dutch: the texts of `en/finish.ts`.

import type { Part } from "../catalogue";
import type { finish as en } from "../en/finish";

export const finish: Part<typeof en> = {
  "finish.choose_a_result": "Kies een resultaat voor het afronden",
  "finish.required": "Resultaat (verplicht)",
};
