// Italian: the texts of `en/snippets.ts`.

import type { Part } from "../catalogue";
import type { snippets as en } from "../en/snippets";

export const snippets: Part<typeof en> = {
  "snippets.title": "Testi pronti",
  "snippets.how": "Inserire un testo; oppure scrivere /nome e uno spazio nella nota",
  "snippets.no_room": "«{label}» non entra più in questa nota.",
};
