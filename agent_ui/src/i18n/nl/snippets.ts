// Dutch: the texts of `en/snippets.ts`.

import type { Part } from "../catalogue";
import type { snippets as en } from "../en/snippets";

export const snippets: Part<typeof en> = {
  "snippets.title": "Tekstblokken",
  "snippets.how": "Een tekst invoegen; of /naam en een spatie in de notitie typen",
  "snippets.no_room": "‘{label}’ past niet meer in deze notitie.",
};
