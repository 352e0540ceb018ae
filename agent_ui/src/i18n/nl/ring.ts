// Dutch: the texts of `en/ring.ts`.

import type { Part } from "../catalogue";
import type { ring as en } from "../en/ring";

export const ring: Part<typeof en> = {
  "ring.sound": "Geluid zolang een gesprek overgaat",
  "ring.volume": "Geluidsvolume",
  "ring.test_sound": "Geluid testen",
  "ring.test_notice": "Melding testen",
  "ring.playing": "Het geluid wordt afgespeeld.",
  "ring.silent": "De browser houdt deze pagina stil.",
  "ring.no_notices": "Deze browser heeft geen meldingen.",
  "ring.blocked":
    "Meldingen zijn geblokkeerd. Sta ze toe in de instellingen van de browser.",
  "ring.notice": "Zo wordt een gesprek aangekondigd.",
  "ring.shown": "Er is een melding verzonden.",
};
