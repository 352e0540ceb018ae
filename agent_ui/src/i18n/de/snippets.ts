// German: the texts of `en/snippets.ts`.

import type { Part } from "../catalogue";
import type { snippets as en } from "../en/snippets";

export const snippets: Part<typeof en> = {
  "snippets.title": "Textbausteine",
  "snippets.how": "Einen Text einfügen; oder /Name und Leertaste in der Notiz tippen",
  "snippets.no_room": "„{label}“ passt nicht mehr in diese Notiz.",
};
