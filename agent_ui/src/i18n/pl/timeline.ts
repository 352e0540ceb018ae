// Texts of a customer's timeline.

import type { Part } from "../catalogue";
import type { timeline as en } from "../en/timeline";

export const timeline: Part<typeof en> = {
  "timeline.title": "Oś czasu",
  "timeline.open_title": "Rozmowy, notatki, zamówienia i inne w kolejności czasu",
  "timeline.shortcut": "pokaż lub ukryj oś czasu",
  "timeline.only": "Pokaż tylko",
  "timeline.call_backs": "Oddzwonienia",
  "timeline.invoices": "Faktury",
  "timeline.planned": "Zaplanowane",
  "timeline.today": "Dzisiaj",
  "timeline.yesterday": "Wczoraj",
  "timeline.undated": "Bez daty",
  "timeline.entries": {
    one: "{n} wpis",
    few: "{n} wpisy",
    many: "{n} wpisów",
    other: "{n} wpisu",
  },
  "timeline.older": {
    one: "Pokaż {n} starszy wpis",
    few: "Pokaż {n} starsze wpisy",
    many: "Pokaż {n} starszych wpisów",
    other: "Pokaż {n} starszego wpisu",
  },
  "timeline.newer": {
    one: "Pokaż {n} nowy wpis",
    few: "Pokaż {n} nowe wpisy",
    many: "Pokaż {n} nowych wpisów",
    other: "Pokaż {n} nowego wpisu",
  },
  "timeline.asking": "jeszcze bez odpowiedzi: {names}",
  "timeline.failed": "brak odpowiedzi: {names}",
  "timeline.none": "O przeszłości tego klienta nic nie wiadomo.",
  "timeline.none_of_these": "Nie ma wpisów tego rodzaju.",
  "timeline.promised_by": "Oddzwonienie obiecał(a) {by}",
  "timeline.promised_here": "Oddzwonienie obiecane w tej rozmowie",
  "timeline.this_service": "Lista oddzwonień",
};
