// Italian: the texts of `en/handover.ts`.

import type { Part } from "../catalogue";
import type { handover as en } from "../en/handover";

export const handover: Part<typeof en> = {
  "handover.title": "Da questa chiamata",
  "handover.for_next": "Nota per il prossimo agente",
  "handover.placeholder": "La prima cosa che vede chi riceve la chiamata",
  "handover.left": "Lasciata per il prossimo agente",
  "handover.for_you": "Per Lei",
};
