// German: the texts of `en/recalls.ts`.

import type { Part } from "../catalogue";
import type { recalls as en } from "../en/recalls";

export const recalls: Partial<Part<typeof en>> = {
  "recalls.gave_up": "Hat aufgegeben",
  "recalls.not_answered": "Nicht angenommen",
  "recalls.reached_the_mailbox": "Kam auf die Voicemail",
  "recalls.asked_to_be_called_back": "Bat um Rückruf",
  "recalls.asked_for_a_call_before": "bat schon um einen Anruf",
  "recalls.out_of_hours": "außerhalb der Geschäftszeit",
  "recalls.attempts_first_last": {
    one: "{n} Versuch, erster {first}, letzter {last}",
    other: "{n} Versuche, erster {first}, letzter {last}",
  },
  "recalls.called_back_in_vain": "Vergeblich zurückgerufen",
  "recalls.called_back": "{tries}× zurückgerufen",
  "recalls.you_call_back_until": "Sie rufen zurück, bis {until}",
  "recalls.calls_back_until": "{who} ruft zurück, bis {until}",
  "recalls.a_colleague": "Ein Kollege",
  "recalls.shown_again": "Wieder gezeigt {snoozed_until}",
  "recalls.got_through": "Kam durch",
  "recalls.called_back_2": "Zurückgerufen",
  "recalls.tomorrow_at_9": "Morgen um 9 Uhr",
  "recalls.callers_to_call_back": "Anrufer zum Zurückrufen",
  "recalls.all": "Alle {length}",
  "recalls.and_more": " und {value} weitere",
  "recalls.release": "Freigeben",
  "recalls.colleagues_see_that_you_call": "Kollegen sehen, dass Sie zurückrufen",
  "recalls.i_call_back": "Ich rufe zurück",
  "recalls.later": "Später",
  "recalls.close": "Schließen",
  "recalls.show_again_in": "Wieder zeigen in",
  "recalls.reason": "Grund",
  "recalls.call": "{who} anrufen",
  "recalls.call_2": "Anrufen",
  "recalls.queue": "Warteschlange",
  "recalls.all_2": "Alle",
  "recalls.the_list_is_of": "{trouble} Die Liste ist von {time}.",
  "recalls.asking": "Wird abgefragt …",
  "recalls.order": "Reihenfolge: {rule}",
  "recalls.to_call_back": "Zurückzurufen",
  "recalls.closed": "Erledigt",
  "recalls.which_callers": "Welche Anrufer",
  "recalls.no_caller_waits_to_be": "Kein Anrufer wartet auf einen Rückruf",
  "recalls.no_caller_was_put_off": "Kein Anrufer wurde zurückgestellt",
  "recalls.no_caller_got_through_or": {
    one: "Seit {n} Tag kam kein Anrufer durch und keiner wurde zurückgerufen",
    other: "Seit {n} Tagen kam kein Anrufer durch und keiner wurde zurückgerufen",
  },
  "recalls.callers_who_gave_up_reached":
    "Wer aufgab, auf der Voicemail landete oder nicht angenommen wurde, steht hier, bis ein Agent mit ihm spricht.",
  "recalls.you_see_the_queues_whose": {
    one: "Sie sehen die Warteschlangen, deren Anrufe am letzten {n} Tag an Ihrem Telefon klingelten.",
    other:
      "Sie sehen die Warteschlangen, deren Anrufe in den letzten {n} Tagen an Ihrem Telefon klingelten.",
  },
  "recalls.after": "{kind} nach {waited}",
  "recalls.one_attempt": "1 Versuch, {last}",
  "recalls.last": "{times}, zuletzt {ago}",
  "recalls.last_by": "{times}, zuletzt {ago} von {by}",
  "recalls.minutes": {
    one: "{n} Minute",
    other: "{n} Minuten",
  },
  "recalls.hours": {
    one: "{n} Stunde",
    other: "{n} Stunden",
  },
  "recalls.closed_to": "{how} zu {by}, {when}",
  "recalls.closed_by": "{how} von {by}, {when}",
};
