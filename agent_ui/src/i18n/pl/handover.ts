// Polish: the texts of `en/handover.ts`.

import type { Part } from "../catalogue";
import type { handover as en } from "../en/handover";

export const handover: Part<typeof en> = {
  "handover.title": "Z tego połączenia",
  "handover.for_next": "Notatka dla następnego konsultanta",
  "handover.placeholder": "Zobaczy ją najpierw ten, kto przejmie połączenie",
  "handover.left": "Zostawiono dla następnego",
  "handover.for_you": "Dla Ciebie",
  "handover.consult_from": "Konsultacja, pyta {agents}",
  "handover.consult_from_a_colleague": "Konsultacja, pyta współpracownik",
  "handover.asking": "Konsultacja z {agents}",
  "handover.asking_a_colleague": "Konsultacja ze współpracownikiem",
};
