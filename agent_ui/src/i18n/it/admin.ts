// Italian: the texts of `en/admin.ts`.

import type { Part } from "../catalogue";
import type { admin as en } from "../en/admin";

export const admin: Partial<Part<typeof en>> = {
  "admin.orders": "Ordini",
  "admin.back_to_your_desk": "Torna alla postazione",
  "admin.asking": "Interrogazione…",
  "admin.sources": "Origini",
  "admin.waiting": "In attesa",
};
