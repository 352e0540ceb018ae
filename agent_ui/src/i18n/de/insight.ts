// German: the texts of `en/insight.ts`.

import type { Part } from "../catalogue";
import type { insight as en } from "../en/insight";

export const insight: Part<typeof en> = {
  "insight.nothing_to_count_yet": "noch nichts zu zählen",
  "insight.too_few_for_a_percentage": "zu wenige für einen Prozentwert",
  "insight.not_known_yet_no_offer":
    "Noch nicht bekannt. Kein Angebot ist 14 Tage alt: Erst dann steht fest, was bestellt wurde.",
  "insight.not_known_no_offers_were":
    "Nicht bekannt. Es wurden keine Angebote zurückgehalten, daher ist unbekannt, was ohnehin bestellt worden wäre. Um es zu messen, setzen Sie insight.holdout_share.",
  "insight.not_known_yet_only_held":
    "Noch nicht bekannt. Nur zurückgehaltene Angebote sind 14 Tage alt.",
  "insight.interval_to": "{percent}-Intervall {low} bis {high}",
  "insight.not_a_proof_but_one":
    "Kein Beweis: {difference} ({range}), aber eine Gruppe hat nur {fewest} Angebote. Ab {_p_r_o_o_f__f_r_o_m} je Gruppe wird der Unterschied bewertet.",
  "insight.offers_helped": "Angebote haben geholfen: {difference} ({range}).",
  "insight.offers_did_harm": "Angebote haben geschadet: {difference} ({range}).",
  "insight.not_decided_may_be_chance":
    "Nicht entschieden: {difference} kann Zufall sein ({range}).",
  "insight.none_is_14_days_old": "noch keines ist 14 Tage alt",
  "insight.not_named": "Ohne Namen",
  "insight.in_their_last_orders": "In ihren letzten Bestellungen",
  "insight.due_again": "Wieder fällig",
  "insight.ordered_by_customers_like_them": "Von ähnlichen Kunden bestellt",
  "insight.in_the_same_orders": "In denselben Bestellungen",
  "insight.ordered_by_many": "Von vielen bestellt",
  "insight.rule_of_the_sales_policy": "Regel der Verkaufsrichtlinie",
  "insight.not_suitable": "Ungeeignet",
  "insight.goes_with_their_order": "Passt zu ihrer Bestellung",
  "insight.by_reason": "Nach Grund",
  "insight.first_reason": "Erster Grund",
  "insight.no_reason": "Kein Grund",
  "insight.by_model": "Nach Modell",
  "insight.ranking": "Rangfolge",
  "insight.from_a_source": "Aus einer Quelle",
  "insight.by_rule_of_the_sales": "Nach Regel der Verkaufsrichtlinie",
  "insight.rule": "Regel",
  "insight.by_list": "Nach Liste",
  "insight.list": "Liste",
  "insight.by_queue": "Nach Warteschlange",
  "insight.queue": "Warteschlange",
  "insight.no_queue": "Keine Warteschlange",
  "insight.what_became_of_offers": "Was aus Angeboten wurde",
  "insight.calls_of_the_last": "Anrufe der letzten",
  "insight.a_year": "Ein Jahr",
  "insight.days": { one: "{n} Tag", other: "{n} Tage" },
  "insight.calls_from_to": "Anrufe vom {from} bis {to}",
  "insight.asking": "Wird abgefragt …",
  "insight.offers": "Angebote",
  "insight.did_it_help": "Hat es geholfen?",
  "insight.ordered_with_offers_held_back":
    "Mit Angeboten bestellt: {with_offers}. Zurückgehalten: {held_back}.",
  "insight.how_these_are_counted": "Wie gezählt wird",
  "insight.below_a_share_its_counts":
    "Unter einem Anteil: seine Anzahlen und sein {percent}-Intervall (Wilson 1927). Unter {_p_e_r_c_e_n_t__f_r_o_m} gibt es nur Anzahlen. Nichts wird je Agent gezählt.",
  "insight.no_offers_in_this_time": "Keine Angebote in diesem Zeitraum",
  "insight.an_offer_counts_when_it":
    "Ein Angebot zählt, wenn es auf der Karte eines Anrufs steht, in dem ein Agent spricht.",
  "insight.choose_a_longer_time_above": "Wählen Sie oben einen längeren Zeitraum.",
  "insight.shown": "Gezeigt",
  "insight.of_shown": "/ gezeigt",
  "insight.of_offered": "/ angeboten",
  "insight.of_shown_14_days_ago": "/ vor 14 Tagen gezeigt",
  "insight.are_there_offers":
    "Stehen Angebote auf den Karten? Sie entstehen aus den Bestellungen einer Quelle ({orders} und {items}), aus Abfragen der Facetten {recommendations} und {goes_with} mit einer Artikelnummer ({sku}) oder aus Regeln der Art {offer} in der Verkaufsrichtlinie.",
  "insight.ask_an_administrator":
    "Bitten Sie die Administration, {command} auszuführen: Es zeigt, was einem Kunden angeboten würde und was fehlt.",
  "insight.name_shown": "Gezeigt",
  "insight.name_offered": "Angeboten",
  "insight.name_taken": "Angenommen",
  "insight.name_declined": "Abgelehnt",
  "insight.name_ordered": "Bestellt",
  "insight.name_uplift": "Mehrbestellungen",
  "insight.points": "{points} Punkte",
};
