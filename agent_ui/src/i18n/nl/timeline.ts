// Texts of a customer's timeline.

import type { Part } from "../catalogue";
import type { timeline as en } from "../en/timeline";

export const timeline: Part<typeof en> = {
  "timeline.title": "Tijdlijn",
  "timeline.open_title":
    "Gesprekken, notities, bestellingen en meer op volgorde van tijd",
  "timeline.shortcut": "de tijdlijn tonen of verbergen",
  "timeline.only": "Alleen tonen",
  "timeline.call_backs": "Terugbelafspraken",
  "timeline.invoices": "Facturen",
  "timeline.planned": "Gepland",
  "timeline.today": "Vandaag",
  "timeline.yesterday": "Gisteren",
  "timeline.undated": "Zonder datum",
  "timeline.entries": {
    one: "{n} item",
    other: "{n} items",
  },
  "timeline.older": {
    one: "{n} ouder item tonen",
    other: "{n} oudere items tonen",
  },
  "timeline.newer": {
    one: "{n} nieuw item tonen",
    other: "{n} nieuwe items tonen",
  },
  "timeline.asking": "nog geen antwoord: {names}",
  "timeline.failed": "geen antwoord: {names}",
  "timeline.none": "Over het verleden van deze klant is niets bekend.",
  "timeline.none_of_these": "Er zijn geen items van deze soort.",
  "timeline.promised_by": "Terugbellen beloofd door {by}",
  "timeline.promised_here": "Terugbellen beloofd in dit gesprek",
  "timeline.this_service": "Terugbellijst",
};
