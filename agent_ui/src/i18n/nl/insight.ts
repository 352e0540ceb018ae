// Dutch: the texts of `en/insight.ts`.

import type { Part } from "../catalogue";
import type { insight as en } from "../en/insight";

export const insight: Part<typeof en> = {
  "insight.nothing_to_count_yet": "nog niets te tellen",
  "insight.too_few_for_a_percentage": "te weinig voor een percentage",
  "insight.not_known_yet_no_offer":
    "Nog niet bekend. Geen aanbieding is 14 dagen oud: pas dan is bekend wat er besteld is.",
  "insight.not_known_no_offers_were":
    "Niet bekend. Er zijn geen aanbiedingen achtergehouden, dus is niet bekend wat toch al besteld zou zijn. Stel insight.holdout_share in om het te meten.",
  "insight.not_known_yet_only_held":
    "Nog niet bekend. Alleen achtergehouden aanbiedingen zijn 14 dagen oud.",
  "insight.interval_to": "{percent}-interval {low} tot {high}",
  "insight.not_a_proof_but_one":
    "Geen bewijs: {difference} ({range}), maar één groep heeft slechts {fewest} aanbiedingen. Vanaf {_p_r_o_o_f__f_r_o_m} per groep wordt het verschil beoordeeld.",
  "insight.offers_helped": "Aanbiedingen hielpen: {difference} ({range}).",
  "insight.offers_did_harm": "Aanbiedingen schaadden: {difference} ({range}).",
  "insight.not_decided_may_be_chance":
    "Niet beslist: {difference} kan toeval zijn ({range}).",
  "insight.none_is_14_days_old": "nog geen is 14 dagen oud",
  "insight.not_named": "Zonder naam",
  "insight.in_their_last_orders": "In hun laatste bestellingen",
  "insight.due_again": "Weer aan de beurt",
  "insight.ordered_by_customers_like_them": "Besteld door vergelijkbare klanten",
  "insight.in_the_same_orders": "In dezelfde bestellingen",
  "insight.ordered_by_many": "Door velen besteld",
  "insight.rule_of_the_sales_policy": "Regel van het verkoopbeleid",
  "insight.not_suitable": "Ongeschikt",
  "insight.goes_with_their_order": "Past bij hun bestelling",
  "insight.by_reason": "Per reden",
  "insight.first_reason": "Eerste reden",
  "insight.no_reason": "Geen reden",
  "insight.by_model": "Per model",
  "insight.ranking": "Rangschikking",
  "insight.from_a_source": "Uit een bron",
  "insight.by_rule_of_the_sales": "Per regel van het verkoopbeleid",
  "insight.rule": "Regel",
  "insight.by_list": "Per lijst",
  "insight.list": "Lijst",
  "insight.by_queue": "Per wachtrij",
  "insight.queue": "Wachtrij",
  "insight.no_queue": "Geen wachtrij",
  "insight.what_became_of_offers": "Wat er van aanbiedingen werd",
  "insight.calls_of_the_last": "Gesprekken van de laatste",
  "insight.a_year": "Een jaar",
  "insight.days": { one: "{n} dag", other: "{n} dagen" },
  "insight.calls_from_to": "Gesprekken van {from} tot {to}",
  "insight.asking": "Opvragen…",
  "insight.offers": "aanbiedingen",
  "insight.did_it_help": "Hielp het?",
  "insight.ordered_with_offers_held_back":
    "Besteld met aanbiedingen: {with_offers}. Achtergehouden: {held_back}.",
  "insight.how_these_are_counted": "Hoe er geteld wordt",
  "insight.below_a_share_its_counts":
    "Onder een aandeel: de aantallen en het {percent}-interval (Wilson 1927). Onder {_p_e_r_c_e_n_t__f_r_o_m} zijn er alleen aantallen. Niets wordt per agent geteld.",
  "insight.no_offers_in_this_time": "Geen aanbiedingen in deze periode",
  "insight.an_offer_counts_when_it":
    "Een aanbieding telt als ze op de kaart staat van een gesprek dat een agent voert.",
  "insight.choose_a_longer_time_above": "Kies hierboven een langere periode.",
  "insight.shown": "Getoond",
  "insight.of_shown": "/ getoond",
  "insight.of_offered": "/ aangeboden",
  "insight.of_shown_14_days_ago": "/ 14 dagen geleden getoond",
  "insight.are_there_offers":
    "Staan er aanbiedingen op de kaarten? Ze komen uit de bestellingen van een bron ({orders} en {items}), uit opzoekingen van de facetten {recommendations} en {goes_with} met een artikelnummer ({sku}), of uit regels van het type {offer} in het verkoopbeleid.",
  "insight.ask_an_administrator":
    "Vraag een beheerder om {command} uit te voeren: het toont wat een klant aangeboden zou krijgen, en wat ontbreekt.",
  "insight.name_shown": "Getoond",
  "insight.name_offered": "Aangeboden",
  "insight.name_taken": "Aangenomen",
  "insight.name_declined": "Afgewezen",
  "insight.name_ordered": "Besteld",
  "insight.name_uplift": "Meerbestellingen",
  "insight.points": "{points} punten",
};
