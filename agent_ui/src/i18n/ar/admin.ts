// Arabic: the texts of `en/admin.ts`.

import type { Part } from "../catalogue";
import type { admin as en } from "../en/admin";

export const admin: Partial<Part<typeof en>> = {
  "admin.orders": "الطلبات",
  "admin.back_to_your_desk": "العودة إلى مكتبك",
  "admin.asking": "جارٍ الاستعلام…",
  "admin.sources": "المصادر",
  "admin.waiting": "في الانتظار",
};
