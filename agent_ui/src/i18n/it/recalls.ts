// Italian: the texts of `en/recalls.ts`.

import type { Part } from "../catalogue";
import type { recalls as en } from "../en/recalls";

export const recalls: Partial<Part<typeof en>> = {
  "recalls.gave_up": "Ha rinunciato",
  "recalls.not_answered": "Senza risposta",
  "recalls.reached_the_mailbox": "Arrivato alla segreteria",
  "recalls.asked_to_be_called_back": "Ha chiesto di essere richiamato",
  "recalls.asked_for_a_call_before": "aveva già chiesto una chiamata",
  "recalls.out_of_hours": "fuori orario",
  "recalls.attempts_first_last": {
    one: "{n} tentativo, primo {first}, ultimo {last}",
    other: "{n} tentativi, primo {first}, ultimo {last}",
  },
  "recalls.called_back_in_vain": "Richiamato invano",
  "recalls.called_back": "Richiamato {tries}×",
  "recalls.you_call_back_until": "Richiama lei, fino alle {until}",
  "recalls.calls_back_until": "Richiama {who}, fino alle {until}",
  "recalls.a_colleague": "Un collega",
  "recalls.shown_again": "Mostrato di nuovo {snoozed_until}",
  "recalls.got_through": "Ha ottenuto risposta",
  "recalls.called_back_2": "Richiamato",
  "recalls.tomorrow_at_9": "Domani alle 9",
  "recalls.callers_to_call_back": "Chiamanti da richiamare",
  "recalls.all": "Tutti ({length})",
  "recalls.and_more": " e altri {value}",
  "recalls.release": "Rilascia",
  "recalls.colleagues_see_that_you_call": "I colleghi vedono che richiama lei",
  "recalls.i_call_back": "Richiamo io",
  "recalls.later": "Più tardi",
  "recalls.close": "Chiudi",
  "recalls.show_again_in": "Mostra di nuovo tra",
  "recalls.reason": "Motivo",
  "recalls.call": "Chiama {who}",
  "recalls.call_2": "Chiama",
  "recalls.queue": "Coda",
  "recalls.all_2": "Tutti",
  "recalls.the_list_is_of": "{trouble} L’elenco è delle {time}.",
  "recalls.asking": "Interrogazione…",
  "recalls.order": "Ordine: {rule}",
  "recalls.to_call_back": "Da richiamare",
  "recalls.closed": "Chiusi",
  "recalls.which_callers": "Quali chiamanti",
  "recalls.no_caller_waits_to_be": "Nessuno attende di essere richiamato",
  "recalls.no_caller_was_put_off": "Nessuno è stato rimandato",
  "recalls.no_caller_got_through_or": {
    one: "Nessuno ha ottenuto risposta o è stato richiamato in {n} giorno",
    other: "Nessuno ha ottenuto risposta o è stato richiamato in {n} giorni",
  },
  "recalls.callers_who_gave_up_reached":
    "Chi ha rinunciato, è finito in segreteria o non ha avuto risposta resta qui finché un agente non gli parla.",
  "recalls.you_see_the_queues_whose": {
    one: "Vede le code le cui chiamate hanno squillato al suo telefono nell’ultimo giorno ({n}).",
    other:
      "Vede le code le cui chiamate hanno squillato al suo telefono negli ultimi {n} giorni.",
  },
  "recalls.after": "{kind} dopo {waited}",
  "recalls.one_attempt": "1 tentativo, {last}",
  "recalls.last": "{times}, ultimo {ago}",
  "recalls.last_by": "{times}, ultimo {ago} da {by}",
  "recalls.minutes": {
    one: "{n} minuto",
    other: "{n} minuti",
  },
  "recalls.hours": {
    one: "{n} ora",
    other: "{n} ore",
  },
  "recalls.closed_to": "{how}: {by}, {when}",
  "recalls.closed_by": "{how} da {by}, {when}",
};
