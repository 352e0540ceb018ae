// Polish: the texts of `en/handover.ts`.

import type { Part } from "../catalogue";
import type { handover as en } from "../en/handover";

export const handover: Part<typeof en> = {
  "handover.title": "Z tego połączenia",
};
