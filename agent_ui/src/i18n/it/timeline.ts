// Texts of a customer's timeline.

import type { Part } from "../catalogue";
import type { timeline as en } from "../en/timeline";

export const timeline: Part<typeof en> = {
  "timeline.title": "Cronologia",
  "timeline.open_title": "Chiamate, note, ordini e altro in ordine di tempo",
  "timeline.shortcut": "mostrare o nascondere la cronologia",
  "timeline.only": "Mostra solo",
  "timeline.call_backs": "Richiamate",
  "timeline.invoices": "Fatture",
  "timeline.planned": "In programma",
  "timeline.today": "Oggi",
  "timeline.yesterday": "Ieri",
  "timeline.undated": "Senza data",
  "timeline.entries": {
    one: "{n} voce",
    other: "{n} voci",
  },
  "timeline.older": {
    one: "Mostra {n} voce precedente",
    other: "Mostra {n} voci precedenti",
  },
  "timeline.newer": {
    one: "Mostra {n} voce nuova",
    other: "Mostra {n} voci nuove",
  },
  "timeline.asking": "ancora senza risposta: {names}",
  "timeline.failed": "nessuna risposta: {names}",
  "timeline.none": "Del passato di questo cliente non si sa nulla.",
  "timeline.none_of_these": "Non ci sono voci di questo tipo.",
  "timeline.promised_by": "Richiamata promessa da {by}",
  "timeline.promised_here": "Richiamata promessa in questa chiamata",
  "timeline.this_service": "Elenco delle richiamate",
};
