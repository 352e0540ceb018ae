// Who waits to be called back, on a desk without a call?

import { t } from "../i18n/words";
import type { Session } from "../shared/api";
import type { Formats } from "../shared/format";
import { RecallRows, useRecalls } from "./list";

const ROWS = 5;

interface BriefRecallsProps {
  session: Session;
  formats: Formats;
  /** How many wait, as the service says: read again when it changes. */
  waiting: number | null;
  onExpired(): void;
}

export function BriefRecalls(props: BriefRecallsProps) {
  const { session, formats, waiting, onExpired } = props;
  const asked = useRecalls("open", session, onExpired, waiting);
  const rows = (asked.answer?.recalls ?? []).filter(
    (row) => row.state === "waiting" || row.claimed_by_me,
  );
  if (rows.length === 0) return null;
  return (
    <section class="recall-brief" aria-labelledby="recall-title">
      <h3 id="recall-title">{t("recalls.callers_to_call_back")}</h3>
      {asked.trouble && (
        <p class="banner" role="alert">
          {asked.trouble}
        </p>
      )}
      <RecallRows {...{ asked, formats }} rows={rows.slice(0, ROWS)} />
      {rows.length > ROWS && (
        <p>
          <a href="/recalls" target="screenpop-recalls">
            {t("recalls.all", { length: rows.length })}
          </a>
        </p>
      )}
    </section>
  );
}
