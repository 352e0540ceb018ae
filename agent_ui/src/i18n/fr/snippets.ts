// French: the texts of `en/snippets.ts`.

import type { Part } from "../catalogue";
import type { snippets as en } from "../en/snippets";

export const snippets: Part<typeof en> = {
  "snippets.title": "Textes types",
  "snippets.how": "Insérer un texte ; ou taper /nom et une espace dans la note",
  "snippets.no_room": "« {label} » ne tient plus dans cette note.",
};
