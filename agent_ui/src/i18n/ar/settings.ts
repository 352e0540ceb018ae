// Texts of the settings that each person has.

import type { Part } from "../catalogue";
import type { settings as en } from "../en/settings";

export const settings: Part<typeof en> = {
  "settings.title": "الإعدادات",
  "settings.open": "الإعدادات (Alt+Shift+P)",
  "settings.key": "فتح الإعدادات أو إغلاقها",
  "settings.kept": "محفوظة مع حسابك، في كل متصفح.",
  "settings.not_kept":
    "تعذّر الوصول إلى الخدمة. تبقى التغييرات في هذا المتصفح وتُرسل لاحقًا.",
  "settings.look": "المظهر",
  "settings.theme": "الألوان",
  "settings.theme_system": "مثل النظام",
  "settings.theme_light": "فاتح",
  "settings.theme_dark": "داكن",
  "settings.density": "الكثافة",
  "settings.density_compact": "مضغوطة",
  "settings.density_normal": "عادية",
  "settings.density_spacious": "واسعة",
  "settings.type": "حجم الخط",
  "settings.type_wall": "{size} (شاشة حائط)",
  "settings.sound": "الصوت والإشعارات",
};
