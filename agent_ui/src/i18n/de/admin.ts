// German: the texts of `en/admin.ts`.

import type { Part } from "../catalogue";
import type { admin as en } from "../en/admin";

export const admin: Partial<Part<typeof en>> = {
  "admin.orders": "Bestellungen",
  "admin.back_to_your_desk": "Zurück zum Arbeitsplatz",
  "admin.asking": "Wird abgefragt …",
  "admin.sources": "Quellen",
  "admin.waiting": "Wartet",
  "admin.configuration": "Konfiguration",
  "admin.loaded": "geladen {ago}",
  "admin.looked_at_every":
    "Geänderte Dateien werden alle {seconds} geprüft und übernommen.",
  "admin.not_watched":
    "Geänderte Dateien werden nur mit „Neu laden“ oder SIGHUP übernommen.",
  "admin.not_in_a_file":
    "Die Konfiguration steht in keiner Datei: Starten Sie den Dienst neu, um sie zu ändern.",
  "admin.last_reload": "Zuletzt neu geladen {ago} von {by}:",
  "admin.check": "Prüfen",
  "admin.reload": "Neu laden",
  "admin.reload_question":
    "Die geänderte Konfiguration jetzt übernehmen? Anrufe laufen weiter; Quellen mit geänderten Schlüsseln werden neu geöffnet.",
  "admin.reload_now": "Jetzt neu laden",
  "admin.outcome_switched": "Die geänderte Konfiguration läuft jetzt.",
  "admin.outcome_unchanged":
    "Kein Schlüssel weicht von der laufenden Konfiguration ab.",
  "admin.outcome_refused": "Abgelehnt: Die laufende Konfiguration bleibt.",
  "admin.outcome_acceptable": "Gültig: Neu laden übernimmt sie.",
  "admin.keys_that_differ": "Abweichende Schlüssel: {count}",
  "admin.key_added": "hinzugefügt",
  "admin.key_removed": "entfernt",
  "admin.key_changed": "geändert",
  "admin.needs_a_restart": "braucht einen Neustart: {why}",
  "admin.opened_again": "Neu geöffnet: {sources}",
  "admin.warnings": "Warnungen",
};
