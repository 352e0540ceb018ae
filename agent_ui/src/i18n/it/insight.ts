// Italian: the texts of `en/insight.ts`.

import type { Part } from "../catalogue";
import type { insight as en } from "../en/insight";

export const insight: Part<typeof en> = {
  "insight.nothing_to_count_yet": "ancora nulla da contare",
  "insight.too_few_for_a_percentage": "troppo poche per una percentuale",
  "insight.not_known_yet_no_offer":
    "Non ancora noto. Nessuna offerta ha 14 giorni: prima non si sa che cosa è stato ordinato.",
  "insight.not_known_no_offers_were":
    "Non noto. Nessuna offerta è stata trattenuta, quindi non si sa che cosa sarebbe stato ordinato comunque. Per misurarlo, imposti insight.holdout_share.",
  "insight.not_known_yet_only_held":
    "Non ancora noto. Solo le offerte trattenute hanno 14 giorni.",
  "insight.interval_to": "intervallo al {percent} da {low} a {high}",
  "insight.not_a_proof_but_one":
    "Non è una prova: {difference} ({range}), ma un gruppo ha solo {fewest} offerte. La differenza è valutata a partire da {_p_r_o_o_f__f_r_o_m} in ogni gruppo.",
  "insight.offers_helped": "Le offerte hanno aiutato: {difference} ({range}).",
  "insight.offers_did_harm": "Le offerte hanno nuociuto: {difference} ({range}).",
  "insight.not_decided_may_be_chance":
    "Non deciso: {difference} può essere un caso ({range}).",
  "insight.none_is_14_days_old": "nessuna ha ancora 14 giorni",
  "insight.not_named": "Senza nome",
  "insight.in_their_last_orders": "Nei suoi ultimi ordini",
  "insight.due_again": "Da riordinare",
  "insight.ordered_by_customers_like_them": "Ordinato da clienti simili",
  "insight.in_the_same_orders": "Negli stessi ordini",
  "insight.ordered_by_many": "Ordinato da molti",
  "insight.rule_of_the_sales_policy": "Regola della politica di vendita",
  "insight.not_suitable": "Non adatto",
  "insight.goes_with_their_order": "Si abbina al suo ordine",
  "insight.by_reason": "Per motivo",
  "insight.first_reason": "Primo motivo",
  "insight.no_reason": "Nessun motivo",
  "insight.by_model": "Per modello",
  "insight.ranking": "Classifica",
  "insight.from_a_source": "Da un’origine",
  "insight.by_rule_of_the_sales": "Per regola della politica di vendita",
  "insight.rule": "Regola",
  "insight.by_list": "Per elenco",
  "insight.list": "Elenco",
  "insight.by_queue": "Per coda",
  "insight.queue": "Coda",
  "insight.no_queue": "Nessuna coda",
  "insight.what_became_of_offers": "Che cosa ne è stato delle offerte",
  "insight.calls_of_the_last": "Chiamate degli ultimi",
  "insight.a_year": "Un anno",
  "insight.days": { one: "{n} giorno", other: "{n} giorni" },
  "insight.calls_from_to": "Chiamate dal {from} al {to}",
  "insight.asking": "Interrogazione…",
  "insight.offers": "offerte",
  "insight.did_it_help": "È servito?",
  "insight.ordered_with_offers_held_back":
    "Ordinato con offerte: {with_offers}. Trattenute: {held_back}.",
  "insight.how_these_are_counted": "Come si conta",
  "insight.below_a_share_its_counts":
    "Sotto una quota: i suoi conteggi e il suo intervallo al {percent} (Wilson 1927). Sotto {_p_e_r_c_e_n_t__f_r_o_m} ci sono solo conteggi. Nulla è contato per agente.",
  "insight.no_offers_in_this_time": "Nessuna offerta in questo periodo",
  "insight.an_offer_counts_when_it":
    "Un’offerta conta quando è sulla scheda di una chiamata in cui un agente parla.",
  "insight.choose_a_longer_time_above": "Scelga sopra un periodo più lungo.",
  "insight.shown": "Mostrate",
  "insight.of_shown": "/ mostrate",
  "insight.of_offered": "/ proposte",
  "insight.of_shown_14_days_ago": "/ mostrate 14 giorni fa",
  "insight.are_there_offers":
    "Ci sono offerte sulle schede? Nascono dagli ordini di un’origine ({orders} e {items}), oppure da ricerche delle faccette {recommendations} e {goes_with} con un numero d’articolo ({sku}), oppure da regole di tipo {offer} nella politica di vendita.",
  "insight.ask_an_administrator":
    "Chieda a un amministratore di eseguire {command}: mostra che cosa verrebbe proposto a un cliente e che cosa manca.",
  "insight.name_shown": "Mostrate",
  "insight.name_offered": "Offerte",
  "insight.name_taken": "Accettate",
  "insight.name_declined": "Rifiutate",
  "insight.name_ordered": "Ordinate",
  "insight.name_uplift": "Incremento",
  "insight.points": "{points} punti",
};
