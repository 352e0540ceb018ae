// Italian: the texts of `en/find.ts`.

import type { Part } from "../catalogue";
import type { find as en } from "../en/find";

export const find: Part<typeof en> = {
  "find.box": "Cerca un cliente: conto, nome o numero",
  "find.list": "Clienti trovati",
  "find.remember": "Proponilo quando questo numero richiama",
  "find.last_order": "ultimo ordine",
  "find.asking": "In attesa di: {sources}.",
  "find.no_answer": "{source} non ha risposto.",
  "find.no_call": "Si può associare un cliente mentre una chiamata è sulla postazione.",
  "find.more": "{shown} di {all} trovati. Scrivere di più.",
  "find.found": {
    one: "{n} cliente trovato.",
    other: "{n} clienti trovati.",
  },
  "find.searching": "Ricerca in corso…",
  "find.none": "Nessun cliente trovato.",
  "find.now_about": "Questa chiamata ora riguarda {name}",
  "find.undo": "Annulla",
  "find.undo_title": "Annulla la scelta per questa chiamata",
  "find.shortcut": "cercare un cliente per conto, nome o numero",
};
