// Texts of what became of offers.

export const insight = {
  "insight.nothing_to_count_yet": "nothing to count yet",
  "insight.too_few_for_a_percentage": "too few for a percentage",
  "insight.not_known_yet_no_offer":
    "Not known yet. No offer is 14 days old: until then it is not known what was ordered.",
  "insight.not_known_no_offers_were":
    "Not known. No offers were held back, so it is not known what would have been ordered anyway. To measure it, set insight.holdout_share.",
  "insight.not_known_yet_only_held":
    "Not known yet. Only held back offers are 14 days old.",
  "insight.interval_to": "{percent} interval {low} to {high}",
  "insight.not_a_proof_but_one":
    "Not a proof: {difference} ({range}), but one group has only {fewest} offers. From {_p_r_o_o_f__f_r_o_m} in each group on, the difference is judged.",
  "insight.offers_helped": "Offers helped: {difference} ({range}).",
  "insight.offers_did_harm": "Offers did harm: {difference} ({range}).",
  "insight.not_decided_may_be_chance":
    "Not decided: {difference} may be chance ({range}).",
  "insight.none_is_14_days_old": "none is 14 days old yet",
  "insight.not_named": "Not named",
  "insight.in_their_last_orders": "In their last orders",
  "insight.due_again": "Due again",
  "insight.ordered_by_customers_like_them": "Ordered by customers like them",
  "insight.in_the_same_orders": "In the same orders",
  "insight.ordered_by_many": "Ordered by many",
  "insight.rule_of_the_sales_policy": "Rule of the sales policy",
  "insight.not_suitable": "Not suitable",
  "insight.goes_with_their_order": "Goes with their order",
  "insight.by_reason": "By reason",
  "insight.first_reason": "First reason",
  "insight.no_reason": "No reason",
  "insight.by_model": "By model",
  "insight.ranking": "Ranking",
  "insight.from_a_source": "From a source",
  "insight.by_rule_of_the_sales": "By rule of the sales policy",
  "insight.rule": "Rule",
  "insight.by_list": "By list",
  "insight.list": "List",
  "insight.by_queue": "By queue",
  "insight.queue": "Queue",
  "insight.no_queue": "No queue",
  "insight.what_became_of_offers": "What became of offers",
  "insight.calls_of_the_last": "Calls of the last",
  "insight.a_year": "A year",
  "insight.days": { one: "{n} day", other: "{n} days" },
  "insight.calls_from_to": "Calls from {from} to {to}",
  "insight.asking": "Asking…",
  "insight.offers": "offers",
  "insight.did_it_help": "Did it help?",
  "insight.ordered_with_offers_held_back":
    "Ordered with offers: {with_offers}. Held back: {held_back}.",
  "insight.how_these_are_counted": "How these are counted",
  "insight.below_a_share_its_counts":
    "Below a share: its counts and its {percent} interval (Wilson 1927). Below {_p_e_r_c_e_n_t__f_r_o_m} there are counts only. Nothing is counted by agent.",
  "insight.no_offers_in_this_time": "No offers in this time",
  "insight.an_offer_counts_when_it":
    "An offer counts when it is on the card of a call in which an agent talks.",
  "insight.choose_a_longer_time_above": "Choose a longer time above.",
  "insight.shown": "Shown",
  "insight.of_shown": "/ shown",
  "insight.of_offered": "/ offered",
  "insight.of_shown_14_days_ago": "/ shown 14 days ago",
  "insight.are_there_offers":
    "Are there offers on the cards? They are made from the orders of a source ({orders} and {items}), or come from lookups of the facets {recommendations} and {goes_with} with an article number ({sku}), or from rules of kind {offer} in the sales policy.",
  "insight.ask_an_administrator":
    "Ask an administrator to run {command}: it prints what a customer would be offered, and what is missing.",
  "insight.name_shown": "Shown",
  "insight.name_offered": "Offered",
  "insight.name_taken": "Taken",
  "insight.name_declined": "Declined",
  "insight.name_ordered": "Ordered",
  "insight.name_uplift": "Uplift",
  "insight.points": "{points} points",
} as const;
