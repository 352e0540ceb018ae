// Spanish: the texts of `en/snippets.ts`.

import type { Part } from "../catalogue";
import type { snippets as en } from "../en/snippets";

export const snippets: Part<typeof en> = {
  "snippets.title": "Textos tipo",
  "snippets.how": "Insertar un texto; o escribir /nombre y un espacio en la nota",
  "snippets.no_room": "«{label}» ya no cabe en esta nota.",
};
