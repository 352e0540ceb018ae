// Polish: the texts of `en/snippets.ts`.

import type { Part } from "../catalogue";
import type { snippets as en } from "../en/snippets";

export const snippets: Part<typeof en> = {
  "snippets.title": "Gotowe teksty",
  "snippets.how": "Wstaw tekst; albo wpisz /nazwa i spację w notatce",
  "snippets.no_room": "„{label}” nie mieści się już w tej notatce.",
};
