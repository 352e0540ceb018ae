// Italian: the texts of `en/handover.ts`.

import type { Part } from "../catalogue";
import type { handover as en } from "../en/handover";

export const handover: Part<typeof en> = {
  "handover.title": "Da questa chiamata",
  "handover.for_next": "Nota per il prossimo agente",
  "handover.placeholder": "La prima cosa che vede chi riceve la chiamata",
  "handover.left": "Lasciata per il prossimo agente",
  "handover.for_you": "Per Lei",
  "handover.consult_from": "Richiesta da {agents}",
  "handover.consult_from_a_colleague": "Richiesta da un collega",
  "handover.asking": "Richiesta a {agents}",
  "handover.asking_a_colleague": "Richiesta a un collega",
};
