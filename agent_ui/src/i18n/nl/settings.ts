// Texts of the settings that each person has.

import type { Part } from "../catalogue";
import type { settings as en } from "../en/settings";

export const settings: Part<typeof en> = {
  "settings.title": "Instellingen",
  "settings.open": "Instellingen (Alt+Shift+P)",
  "settings.key": "de instellingen openen of sluiten",
  "settings.kept": "Bewaard bij uw gebruiker, voor elke browser.",
  "settings.not_kept":
    "De dienst is niet bereikbaar. Wijzigingen blijven in deze browser en worden later verzonden.",
  "settings.look": "Weergave",
  "settings.theme": "Kleuren",
  "settings.theme_system": "Zoals het systeem",
  "settings.theme_light": "Licht",
  "settings.theme_dark": "Donker",
  "settings.density": "Dichtheid",
  "settings.density_compact": "Compact",
  "settings.density_normal": "Normaal",
  "settings.density_spacious": "Ruim",
  "settings.type": "Tekstgrootte",
  "settings.type_wall": "{size} (wandscherm)",
  "settings.sound": "Geluid en meldingen",
};
