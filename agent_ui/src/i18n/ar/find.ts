// Arabic: the texts of `en/find.ts`.

import type { Part } from "../catalogue";
import type { find as en } from "../en/find";

export const find: Part<typeof en> = {
  "find.box": "ابحث عن عميل: حساب أو اسم أو رقم",
  "find.list": "العملاء الذين عُثر عليهم",
  "find.remember": "اقترحه عندما يتصل هذا الرقم مرة أخرى",
  "find.last_order": "آخر طلب",
  "find.asking": "ما زلنا ننتظر: {sources}.",
  "find.no_answer": "لم يُجب {source}.",
  "find.no_call": "يمكن ربط عميل ما دامت هناك مكالمة على مكتبك.",
  "find.more": "{shown} من {all}. اكتب المزيد.",
  "find.found": {
    zero: "لم يُعثر على أي عميل ({n}).",
    one: "عُثر على عميل واحد ({n}).",
    two: "عُثر على عميلين ({n}).",
    few: "عُثر على {n} عملاء.",
    many: "عُثر على {n} عميلًا.",
    other: "عُثر على {n} عميل.",
  },
  "find.searching": "جارٍ البحث…",
  "find.none": "لم يُعثر على عميل.",
  "find.now_about": "تخص هذه المكالمة الآن {name}",
  "find.undo": "تراجع",
  "find.undo_title": "التراجع عن الاختيار لهذه المكالمة",
  "find.shortcut": "البحث عن عميل بالحساب أو الاسم أو الرقم",
};
