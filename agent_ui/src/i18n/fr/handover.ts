// French: the texts of `en/handover.ts`.

import type { Part } from "../catalogue";
import type { handover as en } from "../en/handover";

export const handover: Part<typeof en> = {
  "handover.title": "Au cours de cet appel",
  "handover.for_next": "Note pour l’agent suivant",
  "handover.placeholder": "Vue en premier par qui reçoit ensuite cet appel",
  "handover.left": "Laissée pour l’agent suivant",
  "handover.for_you": "Pour vous",
  "handover.consult_from": "Consultation par {agents}",
  "handover.consult_from_a_colleague": "Consultation par un collègue",
  "handover.asking": "Vous consultez {agents}",
  "handover.asking_a_colleague": "Vous consultez un collègue",
};
