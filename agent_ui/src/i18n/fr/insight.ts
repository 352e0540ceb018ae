// French: the texts of `en/insight.ts`.

import type { Part } from "../catalogue";
import type { insight as en } from "../en/insight";

export const insight: Part<typeof en> = {
  "insight.nothing_to_count_yet": "rien à compter encore",
  "insight.too_few_for_a_percentage": "trop peu pour un pourcentage",
  "insight.not_known_yet_no_offer":
    "Pas encore connu. Aucune offre n’a 14 jours : avant, on ne sait pas ce qui a été commandé.",
  "insight.not_known_no_offers_were":
    "Inconnu. Aucune offre n’a été retenue ; on ne sait donc pas ce qui aurait été commandé de toute façon. Pour le mesurer, réglez insight.holdout_share.",
  "insight.not_known_yet_only_held":
    "Pas encore connu. Seules des offres retenues ont 14 jours.",
  "insight.interval_to": "intervalle à {percent} de {low} à {high}",
  "insight.not_a_proof_but_one":
    "Pas une preuve : {difference} ({range}), mais un groupe n’a que {fewest} offres. La différence est jugée à partir de {_p_r_o_o_f__f_r_o_m} par groupe.",
  "insight.offers_helped": "Les offres ont aidé : {difference} ({range}).",
  "insight.offers_did_harm": "Les offres ont nui : {difference} ({range}).",
  "insight.not_decided_may_be_chance":
    "Non tranché : {difference} peut être dû au hasard ({range}).",
  "insight.none_is_14_days_old": "aucune n’a encore 14 jours",
  "insight.not_named": "Sans nom",
  "insight.in_their_last_orders": "Dans ses dernières commandes",
  "insight.due_again": "À recommander bientôt",
  "insight.ordered_by_customers_like_them": "Commandé par des clients semblables",
  "insight.in_the_same_orders": "Dans les mêmes commandes",
  "insight.ordered_by_many": "Commandé par beaucoup",
  "insight.rule_of_the_sales_policy": "Règle de la politique de vente",
  "insight.not_suitable": "Inadapté",
  "insight.goes_with_their_order": "Va avec sa commande",
  "insight.by_reason": "Par motif",
  "insight.first_reason": "Premier motif",
  "insight.no_reason": "Aucun motif",
  "insight.by_model": "Par modèle",
  "insight.ranking": "Classement",
  "insight.from_a_source": "D’une source",
  "insight.by_rule_of_the_sales": "Par règle de la politique de vente",
  "insight.rule": "Règle",
  "insight.by_list": "Par liste",
  "insight.list": "Liste",
  "insight.by_queue": "Par file d’attente",
  "insight.queue": "File d’attente",
  "insight.no_queue": "Sans file d’attente",
  "insight.what_became_of_offers": "Ce que sont devenues les offres",
  "insight.calls_of_the_last": "Appels des derniers",
  "insight.a_year": "Un an",
  "insight.days": { one: "{n} jour", other: "{n} jours" },
  "insight.calls_from_to": "Appels du {from} au {to}",
  "insight.asking": "Interrogation…",
  "insight.offers": "offres",
  "insight.did_it_help": "Cela a-t-il aidé ?",
  "insight.ordered_with_offers_held_back":
    "Commandé avec offres : {with_offers}. Offres retenues : {held_back}.",
  "insight.how_these_are_counted": "Comment c’est compté",
  "insight.below_a_share_its_counts":
    "Sous une part : ses nombres et son intervalle à {percent} (Wilson 1927). En dessous de {_p_e_r_c_e_n_t__f_r_o_m}, seulement des nombres. Rien n’est compté par agent.",
  "insight.no_offers_in_this_time": "Aucune offre dans cette période",
  "insight.an_offer_counts_when_it":
    "Une offre compte lorsqu’elle est sur la fiche d’un appel où un agent parle.",
  "insight.choose_a_longer_time_above": "Choisissez ci-dessus une période plus longue.",
  "insight.shown": "Affichées",
  "insight.of_shown": "/ affichées",
  "insight.of_offered": "/ proposées",
  "insight.of_shown_14_days_ago": "/ affichées il y a 14 jours",
  "insight.are_there_offers":
    "Y a-t-il des offres sur les fiches ? Elles sont tirées des commandes d’une source ({orders} et {items}), ou viennent des recherches des facettes {recommendations} et {goes_with} avec un numéro d’article ({sku}), ou des règles de type {offer} de la politique de vente.",
  "insight.ask_an_administrator":
    "Demandez à un administrateur d’exécuter {command} : la commande affiche ce qui serait proposé à un client, et ce qui manque.",
  "insight.name_shown": "Montrées",
  "insight.name_offered": "Proposées",
  "insight.name_taken": "Acceptées",
  "insight.name_declined": "Refusées",
  "insight.name_ordered": "Commandées",
  "insight.name_uplift": "Gain",
  "insight.points": "{points} points",
};
