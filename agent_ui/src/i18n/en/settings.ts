// Texts of the settings that each person has.

export const settings = {
  "settings.title": "Settings",
  "settings.open": "Settings (Alt+Shift+P)",
  "settings.key": "open or close the settings",
  "settings.kept": "Kept with your user, on every browser.",
  "settings.not_kept":
    "The service cannot be reached. Changes stay in this browser and are sent later.",
  "settings.look": "Appearance",
  "settings.theme": "Colours",
  "settings.theme_system": "As the system",
  "settings.theme_light": "Light",
  "settings.theme_dark": "Dark",
  "settings.density": "Density",
  "settings.density_compact": "Compact",
  "settings.density_normal": "Normal",
  "settings.density_spacious": "Spacious",
  "settings.type": "Type size",
  "settings.type_wall": "{size} (wall display)",
  "settings.sound": "Sound and notifications",
} as const;
