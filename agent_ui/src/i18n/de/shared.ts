// German: the texts of `en/shared.ts`.

import type { Part } from "../catalogue";
import type { shared as en } from "../en/shared";

export const shared: Part<typeof en> = {
  "app.connecting": "Verbindung wird aufgebaut …",
  "app.loading": "Wird geladen …",
  "app.not_loaded": "Die Seite konnte nicht geladen werden. Bitte neu laden.",
  "app.session_over":
    "Ihre Sitzung ist beendet. Melden Sie sich neu an; nichts Geschriebenes geht verloren.",
  "app.trying_again": "{problem} Neuer Versuch alle paar Sekunden …",
  "ask.no_answer": "Der Dienst ist nicht erreichbar.",
  "ask.no_answer_remedy": "Prüfen Sie das Netz und versuchen Sie es erneut.",
  "ask.refused": "Der Dienst antwortete mit {status}.",
  "ask.refused_remedy": "Versuchen Sie es gleich noch einmal.",
  "ask.no_csv": "Keine CSV-Datei erhalten.",
  "ask.no_parquet": "Keine Parquet-Datei erhalten.",
  "ask.no_csv_remedy": "Erneut versuchen.",
  "login.user_name": "Benutzername",
  "login.password": "Passwort",
  "login.log_in": "Anmelden",
  "login.logging_in": "Anmeldung läuft …",
  "header.pages": "Seiten",
  "header.desk": "Arbeitsplatz",
  "header.wallboard": "Wallboard",
  "header.recalls": "Rückrufe",
  "header.recalls_waiting": "Rückrufe ({n})",
  "header.reports": "Berichte",
  "header.insight": "Angebote",
  "header.admin": "Verwaltung",
  "header.my_data": "Meine Daten",
  "header.other_tab":
    "Öffnet sich in einem neuen Tab: Anrufe erscheinen weiter auf Ihrem Arbeitsplatz",
  "header.language": "Sprache",
  "header.log_out": "Abmelden",
  "password.change": "Passwort ändern",
  "password.old": "Jetziges Passwort",
  "password.new": "Neues Passwort",
  "password.again": "Neues Passwort wiederholen",
  "password.rules": "Mindestens 12 Zeichen. Ihre anderen Sitzungen enden.",
  "password.differ":
    "Die neuen Passwörter sind verschieden. Geben Sie zweimal dasselbe ein.",
  "common.cancel": "Abbrechen",
  "common.yes": "ja",
  "common.no": "nein",
  "common.fetching": "Wird geholt …",
  "common.csv_cut_at_20_000": "CSV, bei 20.000 Anrufen abgeschnitten",
  "common.this_page_is_for_supervisors": "Diese Seite ist für die Teamleitung",
  "common.your_role_is_agent": "Ihre Rolle ist Agent.",
  "common.back_to_your_desk": "Zurück zum Arbeitsplatz",
  "common.asking": "Wird abgefragt …",
};
