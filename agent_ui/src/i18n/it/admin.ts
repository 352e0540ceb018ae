// Italian: the texts of `en/admin.ts`.

import type { Part } from "../catalogue";
import type { admin as en } from "../en/admin";

export const admin: Partial<Part<typeof en>> = {
  "admin.orders": "Ordini",
  "admin.back_to_your_desk": "Torna alla postazione",
  "admin.asking": "Interrogazione…",
  "admin.sources": "Origini",
  "admin.waiting": "In attesa",
  "admin.configuration": "Configurazione",
  "admin.loaded": "caricata {ago}",
  "admin.looked_at_every":
    "I file modificati vengono controllati e applicati ogni {seconds}.",
  "admin.not_watched":
    "I file modificati vengono applicati solo con «Ricarica» o SIGHUP.",
  "admin.not_in_a_file":
    "La configurazione non è in un file: riavviare il servizio per modificarla.",
  "admin.last_reload": "Ultimo ricaricamento {ago} da {by}:",
  "admin.check": "Controlla",
  "admin.reload": "Ricarica",
  "admin.reload_question":
    "Applicare ora la configurazione modificata? Le chiamate continuano; le origini le cui chiavi sono cambiate vengono riaperte.",
  "admin.reload_now": "Ricarica ora",
  "admin.outcome_switched": "La configurazione modificata è attiva.",
  "admin.outcome_unchanged": "Nessuna chiave differisce dalla configurazione attiva.",
  "admin.outcome_refused": "Rifiutata: resta la configurazione attiva.",
  "admin.outcome_acceptable": "Valida: un ricaricamento la applica.",
  "admin.keys_that_differ": "Chiavi diverse: {count}",
  "admin.key_added": "aggiunta",
  "admin.key_removed": "rimossa",
  "admin.key_changed": "modificata",
  "admin.needs_a_restart": "richiede un riavvio: {why}",
  "admin.opened_again": "Riaperte: {sources}",
  "admin.warnings": "Avvisi",
};
