// Polish: the texts of `en/ring.ts`.

import type { Part } from "../catalogue";
import type { ring as en } from "../en/ring";

export const ring: Part<typeof en> = {
  "ring.sound": "Dźwięk, gdy dzwoni połączenie",
  "ring.volume": "Głośność",
  "ring.test_sound": "Wypróbuj dźwięk",
  "ring.test_notice": "Wypróbuj powiadomienie",
  "ring.playing": "Dźwięk jest odtwarzany.",
  "ring.silent": "Przeglądarka wycisza tę stronę.",
  "ring.no_notices": "Ta przeglądarka nie ma powiadomień.",
  "ring.blocked":
    "Powiadomienia są zablokowane. Zezwól na nie w ustawieniach przeglądarki.",
  "ring.notice": "Tak jest zapowiadane połączenie.",
  "ring.shown": "Wysłano powiadomienie.",
};
