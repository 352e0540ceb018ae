// Who is to be called back, and what can be done about each?

import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { said } from "../i18n/said";
import { t } from "../i18n/words";
import { actOnRecall, Refused, read, type Session } from "../shared/api";
import { useNow } from "../shared/clock";
import type { Formats } from "../shared/format";
import {
  attemptWords,
  keyOf,
  laterChoices,
  promiseWords,
  type Recall,
  type RecallAnswer,
  stateWords,
  tryWords,
  whyWords,
} from "./answers";

export type Shown = "open" | "snoozed" | "closed";
export type RecallBody = { do: string; minutes?: number; reason?: string };

const ASK_EVERY_MS = 5_000;

export interface Asked {
  answer: RecallAnswer | null;
  /** The clock of the service minus that of this page. */
  skewMs: number;
  /** Why the list is not of now. */
  trouble: string | null;
  refresh(): void;
  act(row: Recall, body: RecallBody): Promise<void>;
}

/** The list, asked again every few seconds, at once after an action and on `changes`. */
export function useRecalls(
  shown: Shown,
  session: Session,
  onExpired: () => void,
  changes: unknown = null,
): Asked {
  const [answer, setAnswer] = useState<RecallAnswer | null>(null);
  const [trouble, setTrouble] = useState<string | null>(null);
  const skewMs = useRef(0);
  const wanted = useRef("");
  const refused = (error: unknown) => {
    if (!(error instanceof Refused)) throw error;
    if (error.status === 401) onExpired();
    else setTrouble(`${error.message} ${error.remedy}`.trim());
  };
  const refresh = useCallback(async () => {
    wanted.current = shown;
    try {
      const state = shown === "closed" ? "closed" : "open";
      const found = await read<RecallAnswer>(`/v1/recalls?state=${state}`);
      if (wanted.current !== shown) return;
      skewMs.current = Date.parse(found.at) - Date.now();
      setAnswer(found);
      setTrouble(null);
    } catch (error) {
      refused(error);
    }
  }, [shown]);
  useEffect(() => {
    void refresh();
    const timer = setInterval(() => void refresh(), ASK_EVERY_MS);
    return () => {
      wanted.current = "";
      clearInterval(timer);
    };
  }, [refresh, changes]);
  const act = async (row: Recall, body: RecallBody) => {
    try {
      await actOnRecall(row, body, session.csrf);
      await refresh();
    } catch (error) {
      await refresh();
      refused(error);
    }
  };
  return { answer, skewMs: skewMs.current, trouble, refresh, act };
}

interface RowsProps {
  asked: Asked;
  rows: Recall[];
  formats: Formats;
}

export function RecallRows({ asked, rows, formats }: RowsProps) {
  const nowMs = useNow(5) + asked.skewMs;
  return (
    <ol class="recalls">
      {rows.map((row) => (
        <Row key={keyOf(row)} {...{ asked, row, formats, nowMs }} />
      ))}
    </ol>
  );
}

interface RowProps {
  asked: Asked;
  row: Recall;
  formats: Formats;
  nowMs: number;
}

function Row({ asked, row, formats, nowMs }: RowProps) {
  const who = row.name || row.company || row.display;
  const tried = tryWords(row, formats, nowMs);
  const state = stateWords(row, formats);
  const promised = promiseWords(row, formats, asked.answer?.time_zone ?? "UTC");
  return (
    <li class="recall" data-state={row.state} data-asked={row.asked} data-who={who}>
      <div class="recall-who">
        <b dir="auto">{who}</b>
        {row.company && row.company !== who && (
          <span class="muted" dir="auto">
            {row.company}
          </span>
        )}
        {who !== row.display && <span dir="ltr">{row.display}</span>}
      </div>
      <div class="recall-why">
        <span>{whyWords(row)}</span>
        {promised && (
          <b class="recall-promise" dir="auto">
            {promised}
          </b>
        )}
        <span class="muted">{attemptWords(row, formats, nowMs)}</span>
        {tried && <span class="muted">{tried}</span>}
        {state && (
          <span class="recall-state" dir="auto">
            {state}
          </span>
        )}
      </div>
      <div class="recall-stake">
        {row.money && (
          <span title={row.money.label}>
            <b>
              <bdi>{formats.money(row.money.amount, row.money.currency).text}</bdi>
            </b>{" "}
            <bdi class="muted">{row.money.label}</bdi>
          </span>
        )}
        {row.matter && (
          <span>
            <span dir="auto">{row.matter}</span>
            {row.matters > 1 && (
              <span class="muted">
                {t("recalls.and_more", { value: row.matters - 1 })}
              </span>
            )}
          </span>
        )}
      </div>
      {row.state === "closed" ? (
        <div class="recall-do">
          <CallLink row={row} who={who} />
        </div>
      ) : (
        <Actions {...{ asked, row, who }} />
      )}
    </li>
  );
}

interface ActionsProps {
  asked: Asked;
  row: Recall;
  who: string;
}

function Actions({ asked, row, who }: ActionsProps) {
  const [menu, setMenu] = useState<"later" | "close" | null>(null);
  const [busy, setBusy] = useState(false);
  const act = async (body: RecallBody) => {
    setBusy(true);
    setMenu(null);
    await asked.act(row, body);
    setBusy(false);
  };
  const toggle = (name: "later" | "close") => setMenu(menu === name ? null : name);
  const answer = asked.answer;
  const choices =
    menu === "later"
      ? laterChoices(new Date(), answer?.days ?? 1).map((each) => ({
          label: each.label,
          body: { do: "snooze", minutes: each.minutes },
        }))
      : (answer?.reasons ?? []).map((each) => ({
          label: said(each.label),
          body: { do: "close", reason: each.code },
        }));
  return (
    <div class="recall-do" aria-busy={busy}>
      <CallLink
        row={row}
        who={who}
        onCall={row.state === "claimed" ? undefined : () => void act({ do: "claim" })}
      />
      {row.state === "claimed" && row.claimed_by_me ? (
        <button type="button" disabled={busy} onClick={() => act({ do: "release" })}>
          {t("recalls.release")}
        </button>
      ) : (
        <button
          type="button"
          disabled={busy || row.state === "claimed"}
          title={t("recalls.colleagues_see_that_you_call")}
          onClick={() => act({ do: "claim" })}
        >
          {t("recalls.i_call_back")}
        </button>
      )}
      {(["later", "close"] as const).map((name) => (
        <button
          type="button"
          key={name}
          disabled={busy}
          aria-expanded={menu === name}
          aria-label={t(name === "later" ? "recalls.later_for" : "recalls.close_for", {
            who,
          })}
          onClick={() => toggle(name)}
        >
          {name === "later" ? t("recalls.later") : t("recalls.close")}
        </button>
      ))}
      {menu && (
        <fieldset
          class="recall-menu"
          onKeyDown={(event) => event.key === "Escape" && setMenu(null)}
        >
          <legend>
            {menu === "later" ? t("recalls.show_again_in") : t("recalls.reason")}
          </legend>
          {choices.map((each) => (
            <button type="button" key={each.label} onClick={() => act(each.body)}>
              {each.label}
            </button>
          ))}
        </fieldset>
      )}
    </div>
  );
}

interface CallLinkProps {
  row: Recall;
  who: string;
  onCall?: (() => void) | undefined;
}

/** Who calls claims the row: no second person calls at the same time. */
function CallLink({ row, who, onCall }: CallLinkProps) {
  const elsewhere = row.click_to_call ? { target: "_blank", rel: "noreferrer" } : {};
  return (
    <a
      class="recall-call"
      href={row.click_to_call ?? row.tel}
      aria-label={t("recalls.call", { who })}
      onClick={onCall}
      {...elsewhere}
    >
      {t("recalls.call_2")}
    </a>
  );
}
