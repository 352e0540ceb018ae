// Arabic: the texts of `en/insight.ts`.

import type { Part } from "../catalogue";
import type { insight as en } from "../en/insight";

export const insight: Part<typeof en> = {
  "insight.nothing_to_count_yet": "لا شيء يُحصى بعد",
  "insight.too_few_for_a_percentage": "أقل من أن تُحسب نسبة مئوية",
  "insight.not_known_yet_no_offer":
    "غير معروف بعد. لا عرض عمره 14 يومًا: قبل ذلك لا يُعرف ما طُلب.",
  "insight.not_known_no_offers_were":
    "غير معروف. لم تُحجب عروض، فلا يُعرف ما كان سيُطلب على أي حال. لقياس ذلك اضبط insight.holdout_share.",
  "insight.not_known_yet_only_held":
    "غير معروف بعد. العروض المحجوبة وحدها عمرها 14 يومًا.",
  "insight.interval_to": "فترة {percent} من {low} إلى {high}",
  "insight.not_a_proof_but_one":
    "ليس دليلًا: {difference} ({range})، لكن في إحدى المجموعتين {fewest} عرضًا فقط. يُحكم على الفرق ابتداءً من {_p_r_o_o_f__f_r_o_m} في كل مجموعة.",
  "insight.offers_helped": "أفادت العروض: {difference} ({range}).",
  "insight.offers_did_harm": "أضرّت العروض: {difference} ({range}).",
  "insight.not_decided_may_be_chance":
    "غير محسوم: {difference} قد يكون صدفة ({range}).",
  "insight.none_is_14_days_old": "لا شيء عمره 14 يومًا بعد",
  "insight.not_named": "بلا اسم",
  "insight.in_their_last_orders": "في طلباته الأخيرة",
  "insight.due_again": "حان طلبه مجددًا",
  "insight.ordered_by_customers_like_them": "طلبه عملاء مشابهون",
  "insight.in_the_same_orders": "في الطلبات نفسها",
  "insight.ordered_by_many": "طلبه كثيرون",
  "insight.rule_of_the_sales_policy": "قاعدة في سياسة المبيعات",
  "insight.not_suitable": "غير مناسب",
  "insight.goes_with_their_order": "يلائم طلبه",
  "insight.by_reason": "حسب السبب",
  "insight.first_reason": "السبب الأول",
  "insight.no_reason": "بلا سبب",
  "insight.by_model": "حسب النموذج",
  "insight.ranking": "الترتيب",
  "insight.from_a_source": "من مصدر",
  "insight.by_rule_of_the_sales": "حسب قاعدة سياسة المبيعات",
  "insight.rule": "القاعدة",
  "insight.by_list": "حسب القائمة",
  "insight.list": "القائمة",
  "insight.by_queue": "حسب قائمة الانتظار",
  "insight.queue": "قائمة الانتظار",
  "insight.no_queue": "بلا قائمة انتظار",
  "insight.what_became_of_offers": "ما آلت إليه العروض",
  "insight.calls_of_the_last": "مكالمات آخر",
  "insight.a_year": "سنة",
  "insight.days": {
    zero: "{n} يوم",
    one: "يوم واحد ({n})",
    two: "يومان ({n})",
    few: "{n} أيام",
    many: "{n} يومًا",
    other: "{n} يوم",
  },
  "insight.calls_from_to": "المكالمات من {from} إلى {to}",
  "insight.asking": "جارٍ الاستعلام…",
  "insight.offers": "عرض",
  "insight.did_it_help": "هل أفادت؟",
  "insight.ordered_with_offers_held_back":
    "طُلب مع العروض: {with_offers}. مع حجبها: {held_back}.",
  "insight.how_these_are_counted": "كيف تُحسب",
  "insight.below_a_share_its_counts":
    "تحت كل نسبة: أعدادها وفترة {percent} (Wilson 1927). دون {_p_e_r_c_e_n_t__f_r_o_m} تظهر الأعداد فقط. لا يُحسب شيء لكل موظف.",
  "insight.no_offers_in_this_time": "لا عروض في هذه المدة",
  "insight.an_offer_counts_when_it":
    "يُحسب العرض عندما يكون على بطاقة مكالمة يتحدث فيها موظف.",
  "insight.choose_a_longer_time_above": "اختر أعلاه مدة أطول.",
  "insight.shown": "معروضة",
  "insight.of_shown": "/ المعروضة",
  "insight.of_offered": "/ المقدَّمة",
  "insight.of_shown_14_days_ago": "/ المعروضة قبل 14 يومًا",
  "insight.are_there_offers":
    "هل على البطاقات عروض؟ تُنشأ من طلبات مصدر ({orders} و{items})، أو تأتي من استعلامات الجوانب {recommendations} و{goes_with} مع رقم صنف ({sku})، أو من قواعد نوعها {offer} في سياسة المبيعات.",
  "insight.ask_an_administrator":
    "اطلب من مسؤول تشغيل {command}: يعرض ما سيُقدَّم للعميل وما ينقص.",
  "insight.name_shown": "عُرضت على البطاقة",
  "insight.name_offered": "عُرضت",
  "insight.name_taken": "قُبلت",
  "insight.name_declined": "رُفضت",
  "insight.name_ordered": "طُلبت",
  "insight.name_uplift": "الزيادة",
  "insight.points": "{points} نقطة",
};
