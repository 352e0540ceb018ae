// Texts of the layouts of cards.

import type { Part } from "../catalogue";
import type { layout as en } from "../en/layout";

export const layout: Part<typeof en> = {
  "layout.title": "Disposición de las fichas",
  "layout.what":
    "La ficha de un cliente inventado, como la ve cada cola y cada rol. No se guarda nada.",
  "layout.show": "Mostrar la ficha",
  "layout.which": "Disposición",
  "layout.usual": "Disposición habitual",
  "layout.all": "todos",
  "layout.more": { one: "Más: {n} panel", other: "Más: {n} paneles" },
};
