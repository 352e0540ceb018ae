// Italian: the texts of `en/ring.ts`.

import type { Part } from "../catalogue";
import type { ring as en } from "../en/ring";

export const ring: Part<typeof en> = {
  "ring.sound": "Suono mentre una chiamata squilla",
  "ring.volume": "Volume del suono",
  "ring.test_sound": "Prova il suono",
  "ring.test_notice": "Prova la notifica",
  "ring.playing": "Il suono viene riprodotto.",
  "ring.silent": "Il browser tiene muta questa pagina.",
  "ring.no_notices": "Questo browser non ha notifiche.",
  "ring.blocked":
    "Le notifiche sono bloccate. Consentirle nelle impostazioni del browser.",
  "ring.notice": "Una chiamata viene annunciata così.",
  "ring.shown": "È stata inviata una notifica.",
};
