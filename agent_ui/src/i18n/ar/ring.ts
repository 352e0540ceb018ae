// Arabic: the texts of `en/ring.ts`.

import type { Part } from "../catalogue";
import type { ring as en } from "../en/ring";

export const ring: Part<typeof en> = {
  "ring.sound": "صوت أثناء رنين مكالمة",
  "ring.volume": "مستوى الصوت",
  "ring.test_sound": "تجربة الصوت",
  "ring.test_notice": "تجربة الإشعار",
  "ring.playing": "يتم تشغيل الصوت.",
  "ring.silent": "يُبقي المتصفح هذه الصفحة صامتة.",
  "ring.no_notices": "لا توجد إشعارات في هذا المتصفح.",
  "ring.blocked": "الإشعارات محظورة. اسمح بها في إعدادات المتصفح.",
  "ring.notice": "هكذا يُعلن عن مكالمة.",
  "ring.shown": "تم إرسال إشعار.",
};
