// Dutch: the texts of `en/admin.ts`.

import type { Part } from "../catalogue";
import type { admin as en } from "../en/admin";

export const admin: Partial<Part<typeof en>> = {
  "admin.orders": "Bestellingen",
  "admin.back_to_your_desk": "Terug naar uw werkplek",
  "admin.asking": "Opvragen…",
  "admin.sources": "Bronnen",
  "admin.waiting": "Wacht",
};
