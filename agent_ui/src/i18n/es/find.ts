// Spanish: the texts of `en/find.ts`.

import type { Part } from "../catalogue";
import type { find as en } from "../en/find";

export const find: Part<typeof en> = {
  "find.box": "Buscar un cliente: cuenta, nombre o número",
  "find.list": "Clientes encontrados",
  "find.remember": "Proponerlo cuando vuelva a llamar este número",
  "find.last_order": "último pedido",
  "find.asking": "Falta la respuesta de: {sources}.",
  "find.no_answer": "{source} no ha respondido.",
  "find.no_call": "Se puede asignar un cliente mientras haya una llamada en su puesto.",
  "find.more": "{shown} de {all} encontrados. Escriba más.",
  "find.found": {
    one: "{n} cliente encontrado.",
    other: "{n} clientes encontrados.",
  },
  "find.searching": "Buscando…",
  "find.none": "No se ha encontrado ningún cliente.",
  "find.now_about": "Esta llamada es ahora sobre {name}",
  "find.undo": "Deshacer",
  "find.undo_title": "Deshacer la elección para esta llamada",
  "find.shortcut": "buscar un cliente por cuenta, nombre o número",
};
