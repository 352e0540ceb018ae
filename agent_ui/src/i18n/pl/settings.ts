// Texts of the settings that each person has.

import type { Part } from "../catalogue";
import type { settings as en } from "../en/settings";

export const settings: Part<typeof en> = {
  "settings.title": "Ustawienia",
  "settings.open": "Ustawienia (Alt+Shift+P)",
  "settings.key": "otwórz lub zamknij ustawienia",
  "settings.kept": "Zapisane przy Twoim użytkowniku, w każdej przeglądarce.",
  "settings.not_kept":
    "Usługa jest nieosiągalna. Zmiany zostają w tej przeglądarce i zostaną wysłane później.",
  "settings.look": "Wygląd",
  "settings.theme": "Kolory",
  "settings.theme_system": "Jak w systemie",
  "settings.theme_light": "Jasne",
  "settings.theme_dark": "Ciemne",
  "settings.density": "Gęstość",
  "settings.density_compact": "Zwarta",
  "settings.density_normal": "Zwykła",
  "settings.density_spacious": "Luźna",
  "settings.type": "Wielkość tekstu",
  "settings.type_wall": "{size} (ekran na ścianie)",
  "settings.sound": "Dźwięk i powiadomienia",
};
