// Texts of a customer's timeline.

import type { Part } from "../catalogue";
import type { timeline as en } from "../en/timeline";

export const timeline: Part<typeof en> = {
  "timeline.title": "الخط الزمني",
  "timeline.open_title": "المكالمات والملاحظات والطلبات وغيرها بترتيب الزمن",
  "timeline.shortcut": "إظهار الخط الزمني أو إخفاؤه",
  "timeline.only": "إظهار فقط",
  "timeline.call_backs": "مواعيد معاودة الاتصال",
  "timeline.invoices": "الفواتير",
  "timeline.planned": "قادم",
  "timeline.today": "اليوم",
  "timeline.yesterday": "أمس",
  "timeline.undated": "بلا تاريخ",
  "timeline.entries": {
    zero: "لا عناصر",
    one: "عنصر واحد",
    two: "عنصران",
    few: "{n} عناصر",
    many: "{n} عنصرًا",
    other: "{n} عنصر",
  },
  "timeline.older": {
    zero: "لا عناصر أقدم",
    one: "إظهار عنصر أقدم",
    two: "إظهار عنصرين أقدم",
    few: "إظهار {n} عناصر أقدم",
    many: "إظهار {n} عنصرًا أقدم",
    other: "إظهار {n} عنصر أقدم",
  },
  "timeline.newer": {
    zero: "لا عناصر جديدة",
    one: "إظهار عنصر جديد",
    two: "إظهار عنصرين جديدين",
    few: "إظهار {n} عناصر جديدة",
    many: "إظهار {n} عنصرًا جديدًا",
    other: "إظهار {n} عنصر جديد",
  },
  "timeline.asking": "بلا رد بعد: {names}",
  "timeline.failed": "لا رد: {names}",
  "timeline.none": "لا يُعرف شيء عن ماضي هذا العميل.",
  "timeline.none_of_these": "لا عناصر من هذه الأنواع.",
  "timeline.promised_by": "وعد {by} بمعاودة الاتصال",
  "timeline.promised_here": "وُعد بمعاودة الاتصال في هذه المكالمة",
  "timeline.this_service": "قائمة معاودة الاتصال",
};
