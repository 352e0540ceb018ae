// Texts of the settings that each person has.

import type { Part } from "../catalogue";
import type { settings as en } from "../en/settings";

export const settings: Part<typeof en> = {
  "settings.title": "Impostazioni",
  "settings.open": "Impostazioni (Alt+Shift+P)",
  "settings.key": "aprire o chiudere le impostazioni",
  "settings.kept": "Salvato con il tuo utente, su ogni browser.",
  "settings.not_kept":
    "Il servizio non è raggiungibile. Le modifiche restano in questo browser e saranno inviate più tardi.",
  "settings.look": "Aspetto",
  "settings.theme": "Colori",
  "settings.theme_system": "Come il sistema",
  "settings.theme_light": "Chiaro",
  "settings.theme_dark": "Scuro",
  "settings.density": "Densità",
  "settings.density_compact": "Compatta",
  "settings.density_normal": "Normale",
  "settings.density_spacious": "Ampia",
  "settings.type": "Dimensione del testo",
  "settings.type_wall": "{size} (schermo a parete)",
  "settings.sound": "Suono e notifiche",
};
