// Dutch: the texts of `en/admin.ts`.

import type { Part } from "../catalogue";
import type { admin as en } from "../en/admin";

export const admin: Partial<Part<typeof en>> = {
  "admin.orders": "Bestellingen",
  "admin.back_to_your_desk": "Terug naar uw werkplek",
  "admin.asking": "Opvragen…",
  "admin.sources": "Bronnen",
  "admin.waiting": "Wacht",
  "admin.configuration": "Configuratie",
  "admin.loaded": "geladen {ago}",
  "admin.looked_at_every":
    "Gewijzigde bestanden worden elke {seconds} gecontroleerd en overgenomen.",
  "admin.not_watched":
    "Gewijzigde bestanden worden alleen met ‘Herladen’ of SIGHUP overgenomen.",
  "admin.not_in_a_file":
    "De configuratie staat niet in een bestand: herstart de service om haar te wijzigen.",
  "admin.last_reload": "Laatst herladen {ago} door {by}:",
  "admin.check": "Controleren",
  "admin.reload": "Herladen",
  "admin.reload_question":
    "De gewijzigde configuratie nu overnemen? Gesprekken gaan door; bronnen met gewijzigde sleutels worden opnieuw geopend.",
  "admin.reload_now": "Nu herladen",
  "admin.outcome_switched": "De gewijzigde configuratie is actief.",
  "admin.outcome_unchanged": "Geen sleutel wijkt af van de actieve configuratie.",
  "admin.outcome_refused": "Geweigerd: de actieve configuratie blijft.",
  "admin.outcome_acceptable": "Geldig: herladen neemt haar over.",
  "admin.keys_that_differ": "Afwijkende sleutels: {count}",
  "admin.key_added": "toegevoegd",
  "admin.key_removed": "verwijderd",
  "admin.key_changed": "gewijzigd",
  "admin.needs_a_restart": "vereist een herstart: {why}",
  "admin.opened_again": "Opnieuw geopend: {sources}",
  "admin.warnings": "Waarschuwingen",
};
