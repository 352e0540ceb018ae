// Polish: the texts of `en/find.ts`.

import type { Part } from "../catalogue";
import type { find as en } from "../en/find";

export const find: Part<typeof en> = {
  "find.box": "Znajdź klienta: konto, nazwa lub numer",
  "find.list": "Znalezieni klienci",
  "find.remember": "Proponuj, gdy ten numer znów zadzwoni",
  "find.last_order": "ostatnie zamówienie",
  "find.asking": "Czekamy jeszcze na: {sources}.",
  "find.no_answer": "{source} – brak odpowiedzi.",
  "find.no_call": "Klienta można przypisać, gdy na stanowisku jest połączenie.",
  "find.more": "{shown} z {all} znalezionych. Wpisz więcej.",
  "find.found": {
    one: "Znaleziono {n} klienta.",
    few: "Znaleziono {n} klientów.",
    many: "Znaleziono {n} klientów.",
    other: "Znaleziono {n} klienta.",
  },
  "find.searching": "Szukanie…",
  "find.none": "Nie znaleziono klienta.",
  "find.now_about": "To połączenie dotyczy teraz: {name}",
  "find.undo": "Cofnij",
  "find.undo_title": "Cofnij wybór dla tego połączenia",
  "find.shortcut": "znajdź klienta po koncie, nazwie lub numerze",
};
