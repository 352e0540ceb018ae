// Texts of a customer's timeline.

import type { Part } from "../catalogue";
import type { timeline as en } from "../en/timeline";

export const timeline: Part<typeof en> = {
  "timeline.title": "Zeitleiste",
  "timeline.open_title": "Anrufe, Notizen, Bestellungen und mehr in zeitlicher Folge",
  "timeline.shortcut": "die Zeitleiste zeigen oder verbergen",
  "timeline.only": "Nur zeigen",
  "timeline.call_backs": "Rückrufe",
  "timeline.invoices": "Rechnungen",
  "timeline.planned": "Bevorstehend",
  "timeline.today": "Heute",
  "timeline.yesterday": "Gestern",
  "timeline.undated": "Ohne Datum",
  "timeline.entries": {
    one: "{n} Eintrag",
    other: "{n} Einträge",
  },
  "timeline.older": {
    one: "{n} älteren Eintrag zeigen",
    other: "{n} ältere Einträge zeigen",
  },
  "timeline.newer": {
    one: "{n} neuen Eintrag zeigen",
    other: "{n} neue Einträge zeigen",
  },
  "timeline.asking": "noch keine Antwort: {names}",
  "timeline.failed": "keine Antwort: {names}",
  "timeline.none": "Über die Vergangenheit dieses Kunden ist nichts bekannt.",
  "timeline.none_of_these": "Es gibt keine Einträge dieser Art.",
  "timeline.promised_by": "Rückruf versprochen von {by}",
  "timeline.promised_here": "Rückruf in diesem Anruf versprochen",
  "timeline.this_service": "Rückrufliste",
};
