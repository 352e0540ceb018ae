// Polish: the texts of `en/insight.ts`.

import type { Part } from "../catalogue";
import type { insight as en } from "../en/insight";

export const insight: Part<typeof en> = {
  "insight.nothing_to_count_yet": "jeszcze nie ma czego liczyć",
  "insight.too_few_for_a_percentage": "za mało na procent",
  "insight.not_known_yet_no_offer":
    "Jeszcze nieznane. Żadna oferta nie ma 14 dni: dopiero wtedy wiadomo, co zamówiono.",
  "insight.not_known_no_offers_were":
    "Nieznane. Żadnych ofert nie wstrzymano, więc nie wiadomo, co zamówiono by i bez nich. Aby to zmierzyć, ustaw insight.holdout_share.",
  "insight.not_known_yet_only_held":
    "Jeszcze nieznane. Tylko wstrzymane oferty mają 14 dni.",
  "insight.interval_to": "przedział {percent} od {low} do {high}",
  "insight.not_a_proof_but_one":
    "To nie dowód: {difference} ({range}), ale jedna grupa ma tylko tyle ofert: {fewest}. Od {_p_r_o_o_f__f_r_o_m} w każdej grupie różnica jest oceniana.",
  "insight.offers_helped": "Oferty pomogły: {difference} ({range}).",
  "insight.offers_did_harm": "Oferty zaszkodziły: {difference} ({range}).",
  "insight.not_decided_may_be_chance":
    "Nierozstrzygnięte: {difference} może być przypadkiem ({range}).",
  "insight.none_is_14_days_old": "żadna nie ma jeszcze 14 dni",
  "insight.not_named": "Bez nazwy",
  "insight.in_their_last_orders": "W ostatnich zamówieniach",
  "insight.due_again": "Pora na ponowne zamówienie",
  "insight.ordered_by_customers_like_them": "Zamawiane przez podobnych klientów",
  "insight.in_the_same_orders": "W tych samych zamówieniach",
  "insight.ordered_by_many": "Zamawiane przez wielu",
  "insight.rule_of_the_sales_policy": "Reguła polityki sprzedaży",
  "insight.not_suitable": "Nie pasuje",
  "insight.goes_with_their_order": "Pasuje do zamówienia klienta",
  "insight.by_reason": "Według powodu",
  "insight.first_reason": "Pierwszy powód",
  "insight.no_reason": "Brak powodu",
  "insight.by_model": "Według modelu",
  "insight.ranking": "Ranking",
  "insight.from_a_source": "Ze źródła",
  "insight.by_rule_of_the_sales": "Według reguły polityki sprzedaży",
  "insight.rule": "Reguła",
  "insight.by_list": "Według listy",
  "insight.list": "Lista",
  "insight.by_queue": "Według kolejki",
  "insight.queue": "Kolejka",
  "insight.no_queue": "Bez kolejki",
  "insight.what_became_of_offers": "Co stało się z ofertami",
  "insight.calls_of_the_last": "Połączenia z ostatnich",
  "insight.a_year": "Rok",
  "insight.days": {
    one: "{n} dzień",
    few: "{n} dni",
    many: "{n} dni",
    other: "{n} dnia",
  },
  "insight.calls_from_to": "Połączenia od {from} do {to}",
  "insight.asking": "Odpytywanie…",
  "insight.offers": "ofert",
  "insight.did_it_help": "Czy to pomogło?",
  "insight.ordered_with_offers_held_back":
    "Zamówiono z ofertami: {with_offers}. Wstrzymane: {held_back}.",
  "insight.how_these_are_counted": "Jak to jest liczone",
  "insight.below_a_share_its_counts":
    "Pod udziałem: liczby i przedział {percent} (Wilson 1927). Poniżej {_p_e_r_c_e_n_t__f_r_o_m} są tylko liczby. Nic nie jest liczone według agenta.",
  "insight.no_offers_in_this_time": "Brak ofert w tym okresie",
  "insight.an_offer_counts_when_it":
    "Oferta liczy się, gdy jest na karcie połączenia, w którym rozmawia agent.",
  "insight.choose_a_longer_time_above": "Wybierz powyżej dłuższy okres.",
  "insight.shown": "Pokazane",
  "insight.of_shown": "/ pokazane",
  "insight.of_offered": "/ zaproponowane",
  "insight.of_shown_14_days_ago": "/ pokazane 14 dni temu",
  "insight.are_there_offers":
    "Czy na kartach są oferty? Powstają z zamówień źródła ({orders} i {items}), z wyszukiwań faset {recommendations} i {goes_with} z numerem artykułu ({sku}) albo z reguł typu {offer} w polityce sprzedaży.",
  "insight.ask_an_administrator":
    "Poproś administratora o uruchomienie {command}: pokaże, co zaproponowano by klientowi i czego brakuje.",
  "insight.name_shown": "Pokazane",
  "insight.name_offered": "Zaoferowane",
  "insight.name_taken": "Przyjęte",
  "insight.name_declined": "Odrzucone",
  "insight.name_ordered": "Zamówione",
  "insight.name_uplift": "Przyrost",
  "insight.points": "{points} pkt",
};
