// Dutch: the texts of `en/recalls.ts`.

import type { Part } from "../catalogue";
import type { recalls as en } from "../en/recalls";

export const recalls: Partial<Part<typeof en>> = {
  "recalls.gave_up": "Gaf het op",
  "recalls.not_answered": "Niet aangenomen",
  "recalls.reached_the_mailbox": "Kwam op de voicemail",
  "recalls.asked_to_be_called_back": "Vroeg om teruggebeld te worden",
  "recalls.asked_for_a_call_before": "vroeg eerder om een telefoontje",
  "recalls.out_of_hours": "buiten openingstijd",
  "recalls.attempts_first_last": {
    one: "{n} poging, eerste {first}, laatste {last}",
    other: "{n} pogingen, eerste {first}, laatste {last}",
  },
  "recalls.called_back_in_vain": "Vergeefs teruggebeld",
  "recalls.called_back": "{tries}× teruggebeld",
  "recalls.you_call_back_until": "U belt terug, tot {until}",
  "recalls.calls_back_until": "{who} belt terug, tot {until}",
  "recalls.a_colleague": "Een collega",
  "recalls.shown_again": "Opnieuw getoond {snoozed_until}",
  "recalls.got_through": "Kwam erdoor",
  "recalls.called_back_2": "Teruggebeld",
  "recalls.tomorrow_at_9": "Morgen om 9 uur",
  "recalls.callers_to_call_back": "Bellers om terug te bellen",
  "recalls.all": "Alle {length}",
  "recalls.and_more": " en nog {value}",
  "recalls.release": "Vrijgeven",
  "recalls.colleagues_see_that_you_call": "Collega’s zien dat u terugbelt",
  "recalls.i_call_back": "Ik bel terug",
  "recalls.later": "Later",
  "recalls.close": "Sluiten",
  "recalls.show_again_in": "Opnieuw tonen over",
  "recalls.reason": "Reden",
  "recalls.call": "{who} bellen",
  "recalls.call_2": "Bellen",
  "recalls.queue": "Wachtrij",
  "recalls.all_2": "Alle",
  "recalls.the_list_is_of": "{trouble} De lijst is van {time}.",
  "recalls.asking": "Opvragen…",
  "recalls.order": "Volgorde: {rule}",
  "recalls.to_call_back": "Terug te bellen",
  "recalls.closed": "Afgehandeld",
  "recalls.which_callers": "Welke bellers",
  "recalls.no_caller_waits_to_be": "Geen beller wacht op terugbellen",
  "recalls.no_caller_was_put_off": "Geen beller is uitgesteld",
  "recalls.no_caller_got_through_or": {
    one: "In {n} dag kwam geen beller erdoor en werd niemand teruggebeld",
    other: "In {n} dagen kwam geen beller erdoor en werd niemand teruggebeld",
  },
  "recalls.callers_who_gave_up_reached":
    "Bellers die het opgaven, op de voicemail kwamen of niet werden aangenomen, staan hier tot een agent met hen spreekt.",
  "recalls.you_see_the_queues_whose": {
    one: "U ziet de wachtrijen waarvan gesprekken de laatste {n} dag op uw telefoon overgingen.",
    other:
      "U ziet de wachtrijen waarvan gesprekken de laatste {n} dagen op uw telefoon overgingen.",
  },
  "recalls.after": "{kind} na {waited}",
  "recalls.one_attempt": "1 poging, {last}",
  "recalls.last": "{times}, laatst {ago}",
  "recalls.last_by": "{times}, laatst {ago} door {by}",
  "recalls.minutes": {
    one: "{n} minuut",
    other: "{n} minuten",
  },
  "recalls.hours": {
    one: "{n} uur",
    other: "{n} uur",
  },
  "recalls.closed_to": "{how}: {by}, {when}",
  "recalls.closed_by": "{how} door {by}, {when}",
};
