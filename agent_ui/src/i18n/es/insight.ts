// Spanish: the texts of `en/insight.ts`.

import type { Part } from "../catalogue";
import type { insight as en } from "../en/insight";

export const insight: Part<typeof en> = {
  "insight.nothing_to_count_yet": "nada que contar todavía",
  "insight.too_few_for_a_percentage": "muy pocas para un porcentaje",
  "insight.not_known_yet_no_offer":
    "Aún no se sabe. Ninguna oferta tiene 14 días: hasta entonces no se sabe qué se pidió.",
  "insight.not_known_no_offers_were":
    "No se sabe. No se retuvieron ofertas, así que no se sabe qué se habría pedido de todos modos. Para medirlo, configure insight.holdout_share.",
  "insight.not_known_yet_only_held":
    "Aún no se sabe. Solo las ofertas retenidas tienen 14 días.",
  "insight.interval_to": "intervalo del {percent} de {low} a {high}",
  "insight.not_a_proof_but_one":
    "No es una prueba: {difference} ({range}), pero un grupo solo tiene {fewest} ofertas. A partir de {_p_r_o_o_f__f_r_o_m} en cada grupo se juzga la diferencia.",
  "insight.offers_helped": "Las ofertas ayudaron: {difference} ({range}).",
  "insight.offers_did_harm": "Las ofertas perjudicaron: {difference} ({range}).",
  "insight.not_decided_may_be_chance":
    "Sin decidir: {difference} puede ser azar ({range}).",
  "insight.none_is_14_days_old": "ninguna tiene aún 14 días",
  "insight.not_named": "Sin nombre",
  "insight.in_their_last_orders": "En sus últimos pedidos",
  "insight.due_again": "Toca reponer",
  "insight.ordered_by_customers_like_them": "Pedido por clientes parecidos",
  "insight.in_the_same_orders": "En los mismos pedidos",
  "insight.ordered_by_many": "Pedido por muchos",
  "insight.rule_of_the_sales_policy": "Regla de la política de ventas",
  "insight.not_suitable": "No adecuado",
  "insight.goes_with_their_order": "Va con su pedido",
  "insight.by_reason": "Por motivo",
  "insight.first_reason": "Primer motivo",
  "insight.no_reason": "Sin motivo",
  "insight.by_model": "Por modelo",
  "insight.ranking": "Orden de preferencia",
  "insight.from_a_source": "De un origen",
  "insight.by_rule_of_the_sales": "Por regla de la política de ventas",
  "insight.rule": "Regla",
  "insight.by_list": "Por lista",
  "insight.list": "Lista",
  "insight.by_queue": "Por cola",
  "insight.queue": "Cola",
  "insight.no_queue": "Sin cola",
  "insight.what_became_of_offers": "Qué fue de las ofertas",
  "insight.calls_of_the_last": "Llamadas de los últimos",
  "insight.a_year": "Un año",
  "insight.days": { one: "{n} día", other: "{n} días" },
  "insight.calls_from_to": "Llamadas del {from} al {to}",
  "insight.asking": "Consultando…",
  "insight.offers": "ofertas",
  "insight.did_it_help": "¿Ayudó?",
  "insight.ordered_with_offers_held_back":
    "Pedido con ofertas: {with_offers}. Retenidas: {held_back}.",
  "insight.how_these_are_counted": "Cómo se cuenta",
  "insight.below_a_share_its_counts":
    "Bajo un porcentaje: sus recuentos y su intervalo del {percent} (Wilson 1927). Por debajo de {_p_e_r_c_e_n_t__f_r_o_m} solo hay recuentos. Nada se cuenta por agente.",
  "insight.no_offers_in_this_time": "Sin ofertas en este periodo",
  "insight.an_offer_counts_when_it":
    "Una oferta cuenta cuando está en la ficha de una llamada en la que habla un agente.",
  "insight.choose_a_longer_time_above": "Elija arriba un periodo más largo.",
  "insight.shown": "Mostradas",
  "insight.of_shown": "/ mostradas",
  "insight.of_offered": "/ ofrecidas",
  "insight.of_shown_14_days_ago": "/ mostradas hace 14 días",
  "insight.are_there_offers":
    "¿Hay ofertas en las fichas? Se crean con los pedidos de un origen ({orders} e {items}), o vienen de consultas de las facetas {recommendations} y {goes_with} con un número de artículo ({sku}), o de reglas del tipo {offer} en la política de ventas.",
  "insight.ask_an_administrator":
    "Pida a un administrador que ejecute {command}: muestra qué se ofrecería a un cliente y qué falta.",
  "insight.name_shown": "Mostradas",
  "insight.name_offered": "Ofrecidas",
  "insight.name_taken": "Aceptadas",
  "insight.name_declined": "Rechazadas",
  "insight.name_ordered": "Pedidas",
  "insight.name_uplift": "Mejora",
  "insight.points": "{points} puntos",
};
