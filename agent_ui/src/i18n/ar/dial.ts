// Arabic: the texts of `en/dial.ts`.

import type { Part } from "../catalogue";
import type { dial as en } from "../en/dial";

export const dial: Part<typeof en> = {
  "dial.call": "اتصال",
  "dial.call_number": "الاتصال بالرقم {number}",
  "dial.copy": "نسخ {text}",
  "dial.copied": "تم النسخ: {text}",
  "dial.not_copied": "لم يتم النسخ: المتصفح لا يسمح بذلك.",
  "dial.opens": "{label} (يفتح في علامة تبويب أخرى)",
};
