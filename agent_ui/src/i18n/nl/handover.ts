// Dutch: the texts of `en/handover.ts`.

import type { Part } from "../catalogue";
import type { handover as en } from "../en/handover";

export const handover: Part<typeof en> = {
  "handover.title": "Uit dit gesprek",
  "handover.for_next": "Notitie voor de volgende medewerker",
  "handover.placeholder": "Als eerste gezien door wie dit gesprek krijgt",
  "handover.left": "Achtergelaten voor de volgende",
  "handover.for_you": "Voor u",
  "handover.consult_from": "Ruggespraak van {agents}",
  "handover.consult_from_a_colleague": "Ruggespraak van een collega",
  "handover.asking": "Ruggespraak met {agents}",
  "handover.asking_a_colleague": "Ruggespraak met een collega",
};
