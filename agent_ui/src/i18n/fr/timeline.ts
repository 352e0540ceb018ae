// Texts of a customer's timeline.

import type { Part } from "../catalogue";
import type { timeline as en } from "../en/timeline";

export const timeline: Part<typeof en> = {
  "timeline.title": "Chronologie",
  "timeline.open_title": "Appels, notes, commandes et autres dans l’ordre du temps",
  "timeline.shortcut": "afficher ou masquer la chronologie",
  "timeline.only": "Afficher seulement",
  "timeline.call_backs": "Rappels",
  "timeline.invoices": "Factures",
  "timeline.planned": "À venir",
  "timeline.today": "Aujourd’hui",
  "timeline.yesterday": "Hier",
  "timeline.undated": "Sans date",
  "timeline.entries": {
    one: "{n} entrée",
    other: "{n} entrées",
  },
  "timeline.older": {
    one: "Afficher {n} entrée plus ancienne",
    other: "Afficher {n} entrées plus anciennes",
  },
  "timeline.newer": {
    one: "Afficher {n} nouvelle entrée",
    other: "Afficher {n} nouvelles entrées",
  },
  "timeline.asking": "pas encore de réponse : {names}",
  "timeline.failed": "pas de réponse : {names}",
  "timeline.none": "Rien n’est connu du passé de ce client.",
  "timeline.none_of_these": "Il n’y a pas d’entrées de ce genre.",
  "timeline.promised_by": "Rappel promis par {by}",
  "timeline.promised_here": "Rappel promis pendant cet appel",
  "timeline.this_service": "Liste des rappels",
};
