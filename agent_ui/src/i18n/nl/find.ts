// Dutch: the texts of `en/find.ts`.

import type { Part } from "../catalogue";
import type { find as en } from "../en/find";

export const find: Part<typeof en> = {
  "find.box": "Klant zoeken: klantnummer, naam of telefoonnummer",
  "find.list": "Gevonden klanten",
  "find.remember": "Voorstellen als dit nummer weer belt",
  "find.last_order": "laatste bestelling",
  "find.asking": "Wacht nog op: {sources}.",
  "find.no_answer": "{source} heeft niet geantwoord.",
  "find.no_call":
    "Een klant kan worden gekoppeld zolang er een gesprek op uw werkplek is.",
  "find.more": "{shown} van {all} gevonden. Typ meer.",
  "find.found": {
    one: "{n} klant gevonden.",
    other: "{n} klanten gevonden.",
  },
  "find.searching": "Zoeken…",
  "find.none": "Geen klant gevonden.",
  "find.now_about": "Dit gesprek gaat nu over {name}",
  "find.undo": "Ongedaan maken",
  "find.undo_title": "De keuze voor dit gesprek terugdraaien",
  "find.shortcut": "een klant zoeken op klantnummer, naam of telefoonnummer",
};
