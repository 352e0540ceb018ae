// Polish: the texts of `en/admin.ts`.

import type { Part } from "../catalogue";
import type { admin as en } from "../en/admin";

export const admin: Partial<Part<typeof en>> = {
  "admin.orders": "Zamówienia",
  "admin.back_to_your_desk": "Wróć do pulpitu",
  "admin.asking": "Odpytywanie…",
  "admin.sources": "Źródła",
  "admin.waiting": "Czeka",
  "admin.configuration": "Konfiguracja",
  "admin.loaded": "wczytano {ago}",
  "admin.looked_at_every": "Zmienione pliki są sprawdzane i stosowane co {seconds}.",
  "admin.not_watched":
    "Zmienione pliki są stosowane tylko przez „Wczytaj ponownie” lub SIGHUP.",
  "admin.not_in_a_file":
    "Konfiguracja nie jest w pliku: aby ją zmienić, uruchom usługę ponownie.",
  "admin.last_reload": "Ostatnie wczytanie {ago}, {by}:",
  "admin.check": "Sprawdź",
  "admin.reload": "Wczytaj ponownie",
  "admin.reload_question":
    "Zastosować teraz zmienioną konfigurację? Rozmowy trwają dalej; źródła ze zmienionymi kluczami są otwierane ponownie.",
  "admin.reload_now": "Wczytaj teraz",
  "admin.outcome_switched": "Zmieniona konfiguracja działa.",
  "admin.outcome_unchanged": "Żaden klucz nie różni się od działającej konfiguracji.",
  "admin.outcome_refused": "Odrzucono: pozostaje działająca konfiguracja.",
  "admin.outcome_acceptable": "Poprawna: ponowne wczytanie ją zastosuje.",
  "admin.keys_that_differ": "Różniące się klucze: {count}",
  "admin.key_added": "dodany",
  "admin.key_removed": "usunięty",
  "admin.key_changed": "zmieniony",
  "admin.needs_a_restart": "wymaga ponownego uruchomienia: {why}",
  "admin.opened_again": "Otwierane ponownie: {sources}",
  "admin.warnings": "Ostrzeżenia",
};
