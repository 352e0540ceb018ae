// Texts of the settings that each person has.

import type { Part } from "../catalogue";
import type { settings as en } from "../en/settings";

export const settings: Part<typeof en> = {
  "settings.title": "Réglages",
  "settings.open": "Réglages (Alt+Shift+P)",
  "settings.key": "ouvrir ou fermer les réglages",
  "settings.kept": "Enregistré avec votre compte, pour tous les navigateurs.",
  "settings.not_kept":
    "Le service est injoignable. Les changements restent dans ce navigateur et seront envoyés plus tard.",
  "settings.look": "Apparence",
  "settings.theme": "Couleurs",
  "settings.theme_system": "Comme le système",
  "settings.theme_light": "Clair",
  "settings.theme_dark": "Sombre",
  "settings.density": "Densité",
  "settings.density_compact": "Compacte",
  "settings.density_normal": "Normale",
  "settings.density_spacious": "Aérée",
  "settings.type": "Taille du texte",
  "settings.type_wall": "{size} (écran mural)",
  "settings.sound": "Son et notifications",
};
