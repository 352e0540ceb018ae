// Arabic: the texts of `en/promise.ts`.

import type { Part } from "../catalogue";
import type { promise as en } from "../en/promise";

export const promise: Part<typeof en> = {
  "promise.call_back_at": "معاودة الاتصال في وقت محدد",
  "promise.promised_for": "وُعد بها في {at}",
  "promise.take_back": "سحب الوعد",
  "promise.when": "متى تعاود الاتصال",
  "promise.example": "الثلاثاء ١٠:٠٠، غدًا",
  "promise.day_and_time": "اليوم والوقت",
  "promise.promise": "وعد",
  "promise.not_understood": "ليس وقتًا خلال 90 يومًا القادمة",
  "promise.call_back_promised": "وُعد بمعاودة الاتصال",
  "promise.you_promised": "وعدت بمعاودة الاتصال {at}",
  "promise.promised_by": "وعد {by} بمعاودة الاتصال {at}",
};
