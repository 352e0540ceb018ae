// Spanish: the texts of `en/handover.ts`.

import type { Part } from "../catalogue";
import type { handover as en } from "../en/handover";

export const handover: Part<typeof en> = {
  "handover.title": "De esta llamada",
  "handover.for_next": "Nota para el siguiente agente",
  "handover.placeholder": "Lo primero que ve quien reciba la llamada",
  "handover.left": "Dejada para el siguiente agente",
  "handover.for_you": "Para usted",
  "handover.consult_from": "Consulta de {agents}",
  "handover.consult_from_a_colleague": "Consulta de un compañero",
  "handover.asking": "Consulta a {agents}",
  "handover.asking_a_colleague": "Consulta a un compañero",
};
