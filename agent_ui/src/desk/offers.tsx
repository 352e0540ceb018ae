// What became of an offer: said with a click or one key, and counted without a name.

import { useEffect } from "preact/hooks";
import { t, textsOf } from "../i18n/words";
import type { Pop } from "../state/model";
import { markOf, offersOn, SAID, type SaidMark } from "../state/offers";
import type { Offered } from "../wire/frames";
import { useDesk } from "./context";

const WORDS: Record<SaidMark, string> = textsOf({
  offered: "desk.offered",
  taken: "desk.taken",
  declined: "desk.declined",
  unsuitable: "desk.not_suitable",
});

interface OfferMarksProps {
  pop: Pop;
  /** Null: a row without an article number cannot be marked. */
  offer: Offered | null;
}

export function OfferMarks({ pop, offer }: OfferMarksProps) {
  const { client } = useDesk();
  if (!offer || !spoken(pop)) return null;
  const mark = markOf(pop, offer);
  const key = offersOn(pop).findIndex((each) => same(each, offer)) + 1;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset cannot stand in a grid row
    <span
      class="offer-marks"
      role="group"
      aria-label={t("desk.what_became_of_it")}
      data-mark={mark}
    >
      {SAID.map((said) => (
        <button
          type="button"
          key={said}
          aria-pressed={mark === said}
          title={t("desk.alt_shift_goes_through_these", { said: WORDS[said], key })}
          onClick={() =>
            client.markOffer(pop.call_id, offer, mark === said ? "" : said)
          }
        >
          {WORDS[said]}
        </button>
      ))}
    </span>
  );
}

/** Reports once which offers were on the card while the agent talked. */
export function useOffersShown(pop: Pop): void {
  const { client } = useDesk();
  const unseen = spoken(pop)
    ? offersOn(pop).filter((offer) => markOf(pop, offer) === null)
    : [];
  const names = JSON.stringify(unseen);
  useEffect(() => {
    if (unseen.length > 0) client.offersShown(pop.call_id, unseen);
  }, [names, pop.call_id]);
}

/** Did the agent talk in this call? */
function spoken(pop: Pop): boolean {
  return pop.answered_at !== null;
}

function same(a: Offered, b: Offered): boolean {
  return a.facet === b.facet && a.item === b.item;
}
