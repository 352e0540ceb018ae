// Texts of the settings that each person has.

import type { Part } from "../catalogue";
import type { settings as en } from "../en/settings";

export const settings: Part<typeof en> = {
  "settings.title": "Ajustes",
  "settings.open": "Ajustes (Alt+Shift+P)",
  "settings.key": "abrir o cerrar los ajustes",
  "settings.kept": "Guardado con su usuario, en todos los navegadores.",
  "settings.not_kept":
    "No se puede acceder al servicio. Los cambios quedan en este navegador y se enviarán más tarde.",
  "settings.look": "Apariencia",
  "settings.theme": "Colores",
  "settings.theme_system": "Como el sistema",
  "settings.theme_light": "Claro",
  "settings.theme_dark": "Oscuro",
  "settings.density": "Densidad",
  "settings.density_compact": "Compacta",
  "settings.density_normal": "Normal",
  "settings.density_spacious": "Amplia",
  "settings.type": "Tamaño del texto",
  "settings.type_wall": "{size} (pantalla de pared)",
  "settings.sound": "Sonido y notificaciones",
};
