// What does the agent leave for the colleague who gets this call next?

import { useState } from "preact/hooks";
import { t } from "../i18n/words";
import type { Draft, Pop } from "../state/model";
import { useDesk } from "./context";

/** While the agent talks in it; after the call no one would see it. */
export function mayHandOver(pop: Pop): boolean {
  return pop.state === "answered" || pop.state === "held";
}

interface ForNextProps {
  pop: Pop;
  draft: Draft;
  max: number;
}

/** Folded away until it is wanted; open where something is written. */
export function ForNext({ pop, draft, max }: ForNextProps) {
  const { client } = useDesk();
  const text = draft.forNext ?? pop.forNext;
  const [wanted, want] = useState<boolean | null>(null);
  const open = wanted ?? text !== "";
  return (
    <div class="for-next" data-open={open}>
      <button
        type="button"
        class="link"
        aria-expanded={open}
        onClick={() => want(!open)}
      >
        {t("handover.for_next")}
      </button>
      <span class="for-next-state" role="status" data-level={levelOf(draft)}>
        {words(draft, text)}
      </span>
      {open && (
        <textarea
          aria-label={t("handover.for_next")}
          dir="auto"
          rows={2}
          maxLength={max}
          placeholder={t("handover.placeholder")}
          value={text}
          onInput={(event) =>
            client.typeForNext(pop.call_id, event.currentTarget.value)
          }
          onBlur={() => client.saveForNext(pop.call_id)}
        />
      )}
    </div>
  );
}

function levelOf({ forNext, forNextFailed }: Draft): string {
  if (forNextFailed) return "failed";
  return forNext === null ? "saved" : "saving";
}

function words({ forNext, forNextFailed }: Draft, text: string): string {
  if (forNextFailed) return t("desk.not_saved", { failed: forNextFailed });
  if (forNext !== null) return t("desk.saving_2");
  return text ? t("handover.left") : "";
}
