// Arabic: the texts of `en/admin.ts`.

import type { Part } from "../catalogue";
import type { admin as en } from "../en/admin";

export const admin: Partial<Part<typeof en>> = {
  "admin.orders": "الطلبات",
  "admin.back_to_your_desk": "العودة إلى مكتبك",
  "admin.asking": "جارٍ الاستعلام…",
  "admin.sources": "المصادر",
  "admin.waiting": "في الانتظار",
  "admin.configuration": "الإعدادات",
  "admin.loaded": "حُمّلت {ago}",
  "admin.looked_at_every": "تُفحص الملفات المعدّلة وتُطبَّق كل {seconds}.",
  "admin.not_watched": "لا تُطبَّق الملفات المعدّلة إلا بـ«إعادة التحميل» أو SIGHUP.",
  "admin.not_in_a_file": "الإعدادات ليست في ملف: أعد تشغيل الخدمة لتغييرها.",
  "admin.last_reload": "آخر إعادة تحميل {ago} بواسطة {by}:",
  "admin.check": "فحص",
  "admin.reload": "إعادة التحميل",
  "admin.reload_question":
    "هل تُطبَّق الإعدادات المعدّلة الآن؟ تستمر المكالمات، ويُعاد فتح المصادر التي تغيّرت مفاتيحها.",
  "admin.reload_now": "إعادة التحميل الآن",
  "admin.outcome_switched": "الإعدادات المعدّلة تعمل الآن.",
  "admin.outcome_unchanged": "لا يختلف أي مفتاح عن الإعدادات العاملة.",
  "admin.outcome_refused": "رُفضت: تبقى الإعدادات العاملة.",
  "admin.outcome_acceptable": "صالحة: إعادة التحميل تطبّقها.",
  "admin.keys_that_differ": "المفاتيح المختلفة: {count}",
  "admin.key_added": "أُضيف",
  "admin.key_removed": "أُزيل",
  "admin.key_changed": "تغيّر",
  "admin.needs_a_restart": "يتطلب إعادة تشغيل: {why}",
  "admin.opened_again": "يُعاد فتحها: {sources}",
  "admin.warnings": "تحذيرات",
};
