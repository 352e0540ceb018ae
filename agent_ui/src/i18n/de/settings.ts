// Texts of the settings that each person has.

import type { Part } from "../catalogue";
import type { settings as en } from "../en/settings";

export const settings: Part<typeof en> = {
  "settings.title": "Einstellungen",
  "settings.open": "Einstellungen (Alt+Shift+P)",
  "settings.key": "Einstellungen öffnen oder schließen",
  "settings.kept": "Bei Ihrem Benutzer gespeichert, für jeden Browser.",
  "settings.not_kept":
    "Der Dienst ist nicht erreichbar. Änderungen bleiben in diesem Browser und werden später gesendet.",
  "settings.look": "Darstellung",
  "settings.theme": "Farben",
  "settings.theme_system": "Wie das System",
  "settings.theme_light": "Hell",
  "settings.theme_dark": "Dunkel",
  "settings.density": "Dichte",
  "settings.density_compact": "Kompakt",
  "settings.density_normal": "Normal",
  "settings.density_spacious": "Weit",
  "settings.type": "Schriftgröße",
  "settings.type_wall": "{size} (Wandbildschirm)",
  "settings.sound": "Ton und Benachrichtigungen",
};
