// Which callers reached no one, and who calls them back?

import { useState } from "preact/hooks";
import { placeLabel } from "../i18n/labels";
import { said } from "../i18n/said";
import { lowered, t } from "../i18n/words";
import type { Session } from "../shared/api";
import { viewerFormats } from "../shared/format";
import { Header } from "../shared/header";
import type { Recall, RecallAnswer } from "./answers";
import { RecallRows, type Shown, useRecalls } from "./list";

interface RecallsPageProps {
  session: Session;
  onLogOut(): void;
  onExpired(): void;
}

export function RecallsPage(props: RecallsPageProps) {
  const { session, onLogOut, onExpired } = props;
  const [shown, setShown] = useState<Shown>("open");
  const [queue, setQueue] = useState("");
  const asked = useRecalls(shown, session, onExpired);
  const formats = viewerFormats();
  const { answer, trouble } = asked;
  const rows = answer ? rowsOf(answer, shown) : [];
  const queues = [...new Set(rows.map((row) => row.queue ?? ""))].sort();
  const chosen = queues.includes(queue) ? queue : "";
  const listed = chosen ? rows.filter((row) => row.queue === chosen) : rows;
  const labels = new Map(rows.map((row) => [row.queue ?? "", row.queue_label]));
  return (
    <>
      <Header
        {...{ session, onLogOut }}
        page="recalls"
        waiting={answer?.counts.waiting ?? null}
      />
      <main class="recall-page">
        <header class="recall-head">
          <h1>{t("recalls.callers_to_call_back")}</h1>
          {answer && <Which {...{ answer, shown, setShown }} />}
          {queues.filter(Boolean).length > 1 && (
            <label class="recall-queue">
              {t("recalls.queue")}
              <select value={chosen} onChange={(e) => setQueue(e.currentTarget.value)}>
                <option value="">{t("recalls.all_2")}</option>
                {queues.filter(Boolean).map((each) => (
                  <option key={each} value={each}>
                    {placeLabel(labels.get(each) ?? each)}
                  </option>
                ))}
              </select>
            </label>
          )}
        </header>
        {trouble && (
          <p class="banner" role="alert">
            {answer
              ? t("recalls.the_list_is_of", {
                  trouble,
                  time: formats.time(Date.parse(answer.at)),
                })
              : trouble}
          </p>
        )}
        {!answer && !trouble && (
          <p class="muted" role="status">
            {t("recalls.asking")}
          </p>
        )}
        {answer && listed.length === 0 && (
          <Nobody
            answer={answer}
            shown={shown}
            isAgent={session.user.role === "agent"}
          />
        )}
        {listed.length > 0 && <RecallRows {...{ asked, formats }} rows={listed} />}
        {answer && shown === "open" && listed.length > 0 && (
          <p class="muted recall-rule">
            {t("recalls.order", { rule: lowered(said(answer.rule)) })}
          </p>
        )}
      </main>
    </>
  );
}

function rowsOf(answer: RecallAnswer, shown: Shown): Recall[] {
  if (shown === "closed") return answer.recalls;
  const snoozed = shown === "snoozed";
  return answer.recalls.filter((row) => (row.state === "snoozed") === snoozed);
}

interface WhichProps {
  answer: RecallAnswer;
  shown: Shown;
  setShown(shown: Shown): void;
}

function Which({ answer, shown, setShown }: WhichProps) {
  const formats = viewerFormats();
  const { waiting, claimed, snoozed, closed } = answer.counts;
  const tabs: [Shown, string, number][] = [
    ["open", t("recalls.to_call_back"), waiting + claimed],
    ["snoozed", t("recalls.later"), snoozed],
    ["closed", t("recalls.closed"), closed],
  ];
  return (
    <fieldset class="periods">
      <legend class="hidden">{t("recalls.which_callers")}</legend>
      {tabs.map(([name, label, count]) => (
        <button
          type="button"
          key={name}
          aria-pressed={shown === name}
          onClick={() => setShown(name)}
        >
          {`${label} (${formats.count(count)})`}
        </button>
      ))}
    </fieldset>
  );
}

interface NobodyProps {
  answer: RecallAnswer;
  shown: Shown;
  isAgent: boolean;
}

function Nobody({ answer, shown, isAgent }: NobodyProps) {
  const titles: Record<Shown, string> = {
    open: t("recalls.no_caller_waits_to_be"),
    snoozed: t("recalls.no_caller_was_put_off"),
    closed: t("recalls.no_caller_got_through_or", { n: answer.days }),
  };
  return (
    <section class="recall-none">
      <h2>{titles[shown]}</h2>
      <p>{t("recalls.callers_who_gave_up_reached")}</p>
      {isAgent && (
        <p class="muted">{t("recalls.you_see_the_queues_whose", { n: answer.days })}</p>
      )}
    </section>
  );
}
