// What is there to do today, and how did the day go so far?

import { placeLabel } from "../i18n/labels";
import { said } from "../i18n/said";
import { t } from "../i18n/words";
import { RecallRows, useRecalls } from "../recalls/list";
import type { Session } from "../shared/api";
import { useNow } from "../shared/clock";
import { duration, viewerFormats } from "../shared/format";
import { figure, type Me } from "./answers";

const ROWS = 5;
const FIGURES = ["rang", "answered", "missed", "talk_s"];

interface DayProps {
  me: Me;
  /** When `me` came, on the clock of this page. */
  readAt: number;
  session: Session;
  onExpired(): void;
}

export function DayOfMine({ me, readAt, session, onExpired }: DayProps) {
  return (
    <section class="me-day">
      <h2>{t("day.my_day")}</h2>
      <Today me={me} />
      <div class="me-todo">
        <WaitingNow me={me} readAt={readAt} />
        <CallBacks session={session} onExpired={onExpired} />
      </div>
    </section>
  );
}

function Today({ me }: { me: Me }) {
  const today = me.figures[0];
  if (!today) return null;
  const shown = me.counters.filter(({ name }) => FIGURES.includes(name));
  return (
    <dl class="me-today" aria-label={t("me.today")}>
      {shown.map(({ name, label }) => (
        <div key={name} data-today={name}>
          <dt>{said(label)}</dt>
          <dd>{figure(today, name)}</dd>
        </div>
      ))}
    </dl>
  );
}

function WaitingNow({ me, readAt }: { me: Me; readAt: number }) {
  const now = useNow() + Date.parse(me.at) - readAt;
  const formats = viewerFormats();
  return (
    <section class="me-waiting">
      <h3>{t("day.waiting_now")}</h3>
      {me.waiting.length === 0 && <p class="muted">{t("day.no_one_waits")}</p>}
      <ul>
        {me.waiting.map(({ queue, label, waiting, oldest_at }) => (
          <li key={queue} data-queue={queue}>
            <bdi>{placeLabel(label)}</bdi> <b>{formats.count(waiting)}</b>
            {oldest_at && (
              <small>
                {t("day.longest", {
                  time: duration(Math.max(0, (now - Date.parse(oldest_at)) / 1000)),
                })}
              </small>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** One's own first, then those that no one has taken or put off, then those of others. */
function CallBacks({ session, onExpired }: Omit<DayProps, "me" | "readAt">) {
  const asked = useRecalls("open", session, onExpired);
  const found = (asked.answer?.recalls ?? []).filter(
    ({ state }) => state !== "snoozed",
  );
  const own = found.filter((row) => row.claimed_by_me);
  const rows = [...own, ...found.filter((row) => !row.claimed_by_me)];
  return (
    <section class="me-recalls">
      <h3>{t("recalls.to_call_back")}</h3>
      {asked.trouble && (
        <p class="banner" role="alert">
          {asked.trouble}
        </p>
      )}
      {asked.answer && rows.length === 0 && (
        <p class="muted">{t("recalls.no_caller_waits_to_be")}</p>
      )}
      {rows.length > 0 && (
        <RecallRows
          asked={asked}
          rows={rows.slice(0, ROWS)}
          formats={viewerFormats()}
        />
      )}
      <p>
        <a href="/recalls">
          {rows.length > ROWS
            ? t("recalls.all", { length: rows.length })
            : t("header.recalls")}
        </a>
      </p>
    </section>
  );
}
