// German: the texts of `en/handover.ts`.

import type { Part } from "../catalogue";
import type { handover as en } from "../en/handover";

export const handover: Part<typeof en> = {
  "handover.title": "Aus diesem Anruf",
  "handover.for_next": "Notiz für den Nächsten am Telefon",
  "handover.placeholder": "Sieht zuerst, wer den Anruf als Nächstes hat",
  "handover.left": "Für den Nächsten hinterlegt",
  "handover.for_you": "Für Sie",
  "handover.consult_from": "Rückfrage von {agents}",
  "handover.consult_from_a_colleague": "Rückfrage aus dem Team",
  "handover.asking": "Rückfrage bei {agents}",
  "handover.asking_a_colleague": "Rückfrage im Team",
};
