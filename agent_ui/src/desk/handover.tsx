// Who asks whom about this call, and what did colleagues write in it before it came here?

import { t } from "../i18n/words";
import type { Pop } from "../state/model";
import type { EarlierNote } from "../wire/frames";
import { useDesk } from "./context";
import { phaseWord, resultLabel } from "./words";

/** "Consult from Ana", or "Asking Ben · Ringing"; nothing without a consultation. */
export function consultWords({ consult }: Pop): string {
  if (!consult) return "";
  const agents = consult.agents.join(", ");
  if (consult.role === "asked")
    return agents
      ? t("handover.consult_from", { agents })
      : t("handover.consult_from_a_colleague");
  const asking = agents
    ? t("handover.asking", { agents })
    : t("handover.asking_a_colleague");
  return `${asking} · ${phaseWord(consult.state)}`;
}

/** What colleagues left for who has the call now: first on the card, while it goes on. */
export function ForYou({ pop }: { pop: Pop }) {
  const notes = pop.handover.filter((each) => each.for_next);
  if (isOver(pop) || notes.length === 0) return null;
  return (
    <section class="for-you" aria-label={t("handover.for_you")}>
      {notes.map((each) => (
        <p key={`${each.agent} ${each.saved_at}`}>
          <span>
            {t("handover.for_you")} · <b dir="auto">{authorOf(each)}</b>
          </span>
          <span class="handover-text" dir="auto">
            {each.for_next}
          </span>
        </p>
      ))}
    </section>
  );
}

/** Above the agent's own note: the caller need not say everything twice. */
export function Handover({ pop }: { pop: Pop }) {
  const { state } = useDesk();
  const notes = pop.handover.filter((each) => each.text || each.disposition);
  if (notes.length === 0) return null;
  return (
    <section class="handover" aria-label={t("handover.title")}>
      <h3>{t("handover.title")}</h3>
      {notes.map((each) => (
        <p key={`${each.agent} ${each.saved_at}`}>
          <b dir="auto">{authorOf(each)}</b>{" "}
          {each.disposition && (
            <span class="muted">
              {resultLabel(each.disposition, state.hello?.dispositions ?? [])}
            </span>
          )}
          <span class="handover-text" dir="auto">
            {each.text}
          </span>
        </p>
      ))}
    </section>
  );
}

function authorOf({ agent }: EarlierNote): string {
  return agent ?? t("recalls.a_colleague");
}

function isOver(pop: Pop): boolean {
  return pop.wrapUp || pop.state === "closed";
}
