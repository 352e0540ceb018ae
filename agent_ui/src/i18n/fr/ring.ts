// French: the texts of `en/ring.ts`.

import type { Part } from "../catalogue";
import type { ring as en } from "../en/ring";

export const ring: Part<typeof en> = {
  "ring.sound": "Son pendant qu’un appel sonne",
  "ring.volume": "Volume sonore",
  "ring.test_sound": "Tester le son",
  "ring.test_notice": "Tester la notification",
  "ring.playing": "Le son est joué.",
  "ring.silent": "Le navigateur garde cette page muette.",
  "ring.no_notices": "Ce navigateur n’a pas de notifications.",
  "ring.blocked":
    "Les notifications sont bloquées. Autorisez-les dans les réglages du navigateur.",
  "ring.notice": "Un appel est annoncé ainsi.",
  "ring.shown": "Une notification a été envoyée.",
};
