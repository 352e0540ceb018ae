// German: the texts of `en/admin.ts`.

import type { Part } from "../catalogue";
import type { admin as en } from "../en/admin";

export const admin: Partial<Part<typeof en>> = {
  "admin.orders": "Bestellungen",
  "admin.back_to_your_desk": "Zurück zum Arbeitsplatz",
  "admin.asking": "Wird abgefragt …",
  "admin.sources": "Quellen",
  "admin.waiting": "Wartet",
};
