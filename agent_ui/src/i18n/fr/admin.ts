// French: the texts of `en/admin.ts`.

import type { Part } from "../catalogue";
import type { admin as en } from "../en/admin";

export const admin: Partial<Part<typeof en>> = {
  "admin.orders": "Commandes",
  "admin.back_to_your_desk": "Retour au poste",
  "admin.asking": "Interrogation…",
  "admin.sources": "Sources",
  "admin.waiting": "En attente",
};
