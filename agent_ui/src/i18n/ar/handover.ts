// Arabic: the texts of `en/handover.ts`.

import type { Part } from "../catalogue";
import type { handover as en } from "../en/handover";

export const handover: Part<typeof en> = {
  "handover.title": "من هذه المكالمة",
  "handover.for_next": "ملاحظة للموظف التالي",
  "handover.placeholder": "أول ما يراه من يستلم هذه المكالمة",
  "handover.left": "تُركت للموظف التالي",
  "handover.for_you": "لك",
  "handover.consult_from": "استشارة من {agents}",
  "handover.consult_from_a_colleague": "استشارة من زميل",
  "handover.asking": "تستشير {agents}",
  "handover.asking_a_colleague": "تستشير زميلًا",
};
