// Arabic: the texts of `en/snippets.ts`.

import type { Part } from "../catalogue";
import type { snippets as en } from "../en/snippets";

export const snippets: Part<typeof en> = {
  "snippets.title": "نصوص جاهزة",
  "snippets.how": "أدرج نصًا، أو اكتب ‎/الاسم‎ ثم مسافة في الملاحظة",
  "snippets.no_room": "لم يعد «{label}» يتسع في هذه الملاحظة.",
};
