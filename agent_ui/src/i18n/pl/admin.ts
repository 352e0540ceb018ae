// Polish: the texts of `en/admin.ts`.

import type { Part } from "../catalogue";
import type { admin as en } from "../en/admin";

export const admin: Partial<Part<typeof en>> = {
  "admin.orders": "Zamówienia",
  "admin.back_to_your_desk": "Wróć do pulpitu",
  "admin.asking": "Odpytywanie…",
  "admin.sources": "Źródła",
  "admin.waiting": "Czeka",
};
