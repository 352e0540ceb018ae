// What did colleagues write in this very call, before it came here?

import { t } from "../i18n/words";
import type { Pop } from "../state/model";
import { useDesk } from "./context";
import { resultLabel } from "./words";

/** Above the agent's own note: the caller need not say everything twice. */
export function Handover({ pop }: { pop: Pop }) {
  const { state } = useDesk();
  if (pop.handover.length === 0) return null;
  return (
    <section class="handover" aria-label={t("handover.title")}>
      <h3>{t("handover.title")}</h3>
      {pop.handover.map((each) => (
        <p key={`${each.agent} ${each.saved_at}`}>
          <b dir="auto">{each.agent ?? t("recalls.a_colleague")}</b>{" "}
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
