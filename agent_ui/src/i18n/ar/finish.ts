// Arabic: the texts of `en/finish.ts`.

import type { Part } from "../catalogue";
import type { finish as en } from "../en/finish";

export const finish: Part<typeof en> = {
  "finish.choose_a_result": "اختر نتيجة قبل الإنهاء",
  "finish.required": "النتيجة (مطلوبة)",
};
