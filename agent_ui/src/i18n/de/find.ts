// German: the texts of `en/find.ts`.

import type { Part } from "../catalogue";
import type { find as en } from "../en/find";

export const find: Part<typeof en> = {
  "find.box": "Kunde suchen: Kundennummer, Name oder Rufnummer",
  "find.list": "Gefundene Kunden",
  "find.remember": "Vorschlagen, wenn diese Rufnummer wieder anruft",
  "find.last_order": "letzte Bestellung",
  "find.asking": "Antwort steht noch aus: {sources}.",
  "find.no_answer": "{source} hat nicht geantwortet.",
  "find.no_call":
    "Ein Kunde kann zugeordnet werden, solange ein Anruf an Ihrem Platz ist.",
  "find.more": "{shown} von {all} gefundenen. Geben Sie mehr ein.",
  "find.found": {
    one: "{n} Kunde gefunden.",
    other: "{n} Kunden gefunden.",
  },
  "find.searching": "Suche läuft …",
  "find.none": "Kein Kunde gefunden.",
  "find.now_about": "In diesem Anruf geht es jetzt um {name}",
  "find.undo": "Rückgängig",
  "find.undo_title": "Zuordnung zu diesem Anruf zurücknehmen",
  "find.shortcut": "Kunden über Kundennummer, Name oder Rufnummer suchen",
};
