// German: the texts of `en/ring.ts`.

import type { Part } from "../catalogue";
import type { ring as en } from "../en/ring";

export const ring: Part<typeof en> = {
  "ring.sound": "Ton, solange ein Anruf klingelt",
  "ring.volume": "Lautstärke",
  "ring.test_sound": "Ton testen",
  "ring.test_notice": "Benachrichtigung testen",
  "ring.playing": "Der Ton wird abgespielt.",
  "ring.silent": "Der Browser hält diese Seite stumm.",
  "ring.no_notices": "Dieser Browser hat keine Benachrichtigungen.",
  "ring.blocked":
    "Benachrichtigungen sind blockiert. Erlauben Sie sie in den Einstellungen des Browsers.",
  "ring.notice": "So wird ein Anruf angekündigt.",
  "ring.shown": "Eine Benachrichtigung wurde gesendet.",
};
