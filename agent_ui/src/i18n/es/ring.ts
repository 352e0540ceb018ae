// Spanish: the texts of `en/ring.ts`.

import type { Part } from "../catalogue";
import type { ring as en } from "../en/ring";

export const ring: Part<typeof en> = {
  "ring.sound": "Sonido mientras suena una llamada",
  "ring.volume": "Volumen",
  "ring.test_sound": "Probar el sonido",
  "ring.test_notice": "Probar la notificación",
  "ring.playing": "El sonido se reproduce.",
  "ring.silent": "El navegador mantiene esta página en silencio.",
  "ring.no_notices": "Este navegador no tiene notificaciones.",
  "ring.blocked":
    "Las notificaciones están bloqueadas. Permítalas en los ajustes del navegador.",
  "ring.notice": "Así se anuncia una llamada.",
  "ring.shown": "Se envió una notificación.",
};
