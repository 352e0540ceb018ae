// Texts of the layouts of cards.

import type { Part } from "../catalogue";
import type { layout as en } from "../en/layout";

export const layout: Part<typeof en> = {
  "layout.title": "تخطيط البطاقات",
  "layout.what": "بطاقة عميل مختلَق كما تراها كل قائمة انتظار وكل دور. لا يُحفظ شيء.",
  "layout.show": "عرض البطاقة",
  "layout.which": "التخطيط",
  "layout.usual": "التخطيط المعتاد",
  "layout.all": "الكل",
  "layout.more": {
    zero: "المزيد: لا أقسام",
    one: "المزيد: قسم واحد",
    two: "المزيد: قسمان",
    few: "المزيد: {n} أقسام",
    many: "المزيد: {n} قسمًا",
    other: "المزيد: {n} قسم",
  },
};
