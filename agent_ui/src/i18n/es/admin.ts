// Spanish: the texts of `en/admin.ts`.

import type { Part } from "../catalogue";
import type { admin as en } from "../en/admin";

export const admin: Partial<Part<typeof en>> = {
  "admin.orders": "Pedidos",
  "admin.back_to_your_desk": "Volver a su puesto",
  "admin.asking": "Consultando…",
  "admin.sources": "Orígenes",
  "admin.waiting": "En espera",
};
