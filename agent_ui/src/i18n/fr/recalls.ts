// French: the texts of `en/recalls.ts`.

import type { Part } from "../catalogue";
import type { recalls as en } from "../en/recalls";

export const recalls: Partial<Part<typeof en>> = {
  "recalls.gave_up": "A abandonné",
  "recalls.not_answered": "Sans réponse",
  "recalls.reached_the_mailbox": "A atteint la messagerie",
  "recalls.asked_to_be_called_back": "A demandé un rappel",
  "recalls.asked_for_a_call_before": "avait demandé un rappel",
  "recalls.out_of_hours": "hors horaires",
  "recalls.attempts_first_last": {
    one: "{n} essai, premier {first}, dernier {last}",
    other: "{n} essais, premier {first}, dernier {last}",
  },
  "recalls.called_back_in_vain": "Rappelé en vain",
  "recalls.called_back": "Rappelé {tries}×",
  "recalls.you_call_back_until": "Vous rappelez, jusqu’à {until}",
  "recalls.calls_back_until": "{who} rappelle, jusqu’à {until}",
  "recalls.a_colleague": "Un collègue",
  "recalls.shown_again": "Réaffiché {snoozed_until}",
  "recalls.got_through": "A eu quelqu’un",
  "recalls.called_back_2": "Rappelé",
  "recalls.tomorrow_at_9": "Demain à 9 h",
  "recalls.callers_to_call_back": "Appelants à rappeler",
  "recalls.all": "Tous ({length})",
  "recalls.and_more": " et {value} de plus",
  "recalls.release": "Libérer",
  "recalls.colleagues_see_that_you_call": "Vos collègues voient que vous rappelez",
  "recalls.i_call_back": "Je rappelle",
  "recalls.later": "Plus tard",
  "recalls.close": "Fermer",
  "recalls.show_again_in": "Réafficher dans",
  "recalls.reason": "Motif",
  "recalls.call": "Appeler {who}",
  "recalls.call_2": "Appeler",
  "recalls.queue": "File d’attente",
  "recalls.all_2": "Tous",
  "recalls.the_list_is_of": "{trouble} La liste date de {time}.",
  "recalls.asking": "Interrogation…",
  "recalls.order": "Ordre : {rule}",
  "recalls.to_call_back": "À rappeler",
  "recalls.closed": "Clos",
  "recalls.which_callers": "Quels appelants",
  "recalls.no_caller_waits_to_be": "Aucun appelant n’attend de rappel",
  "recalls.no_caller_was_put_off": "Aucun appelant n’a été remis à plus tard",
  "recalls.no_caller_got_through_or": {
    one: "Aucun appelant joint ni rappelé en {n} jour",
    other: "Aucun appelant joint ni rappelé en {n} jours",
  },
  "recalls.callers_who_gave_up_reached":
    "Les appelants qui ont abandonné, atteint la messagerie ou n’ont pas eu de réponse restent ici jusqu’à ce qu’un agent leur parle.",
  "recalls.you_see_the_queues_whose": {
    one: "Vous voyez les files dont les appels ont sonné à votre téléphone le dernier jour ({n}).",
    other:
      "Vous voyez les files dont les appels ont sonné à votre téléphone ces {n} derniers jours.",
  },
  "recalls.after": "{kind} après {waited}",
  "recalls.one_attempt": "1 essai, {last}",
  "recalls.last": "{times}, dernier {ago}",
  "recalls.last_by": "{times}, dernier {ago} par {by}",
  "recalls.minutes": {
    one: "{n} minute",
    other: "{n} minutes",
  },
  "recalls.hours": {
    one: "{n} heure",
    other: "{n} heures",
  },
  "recalls.closed_to": "{how} : {by}, {when}",
  "recalls.closed_by": "{how} par {by}, {when}",
};
