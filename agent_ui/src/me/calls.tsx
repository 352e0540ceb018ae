// Which calls did I have, from one day to another?

import { useEffect, useState } from "preact/hooks";
import { t } from "../i18n/words";
import { Refused, read } from "../shared/api";
import { ColumnHeads } from "../shared/column_heads";
import { CsvButton } from "../shared/csv_button";
import { addDays } from "../shared/days";
import { duration, viewerFormats } from "../shared/format";
import { type Me, NONE, type OwnCall, type OwnCalls, partWords } from "./answers";

const PAGE = 50;
const PAGE_OF_FILE = 500;
const lastDays = (days: number) => ({
  get label() {
    return t("insight.days", { n: days });
  },
  days,
});

const RANGES = [
  {
    get label() {
      return t("me.today");
    },
    days: 1,
  },
  lastDays(7),
  lastDays(28),
];

interface CallsOfMineProps {
  me: Me;
  onExpired(): void;
}

export function CallsOfMine({ me, onExpired }: CallsOfMineProps) {
  const today = me.figures[0]?.from.slice(0, 10) ?? "";
  const [from, setFrom] = useState(addDays(today, -6));
  const [to, setTo] = useState(today);
  const wrong = !from || !to || from > to;
  const range = `from=${from}&to=${wrong ? "" : addDays(to, 1)}`;
  const path = wrong ? null : `/v1/me/calls?${range}`;
  const found = useOwnCalls(path, onExpired);
  return (
    <section class="me-calls">
      <h2>{t("me.my_calls")}</h2>
      <div class="me-range">
        <fieldset class="periods">
          <legend class="hidden">{t("me.calls_of_the_last")}</legend>
          {RANGES.map(({ label, days }) => {
            const begin = addDays(today, 1 - days);
            return (
              <button
                type="button"
                key={label}
                aria-pressed={from === begin && to === today}
                onClick={() => {
                  setFrom(begin);
                  setTo(today);
                }}
              >
                {label}
              </button>
            );
          })}
        </fieldset>
        <Day label={t("me.from")} value={from} max={today} onChange={setFrom} />
        <Day label={t("me.to")} value={to} max={today} onChange={setTo} />
        {path && (
          <CsvButton
            key={path}
            path={`${path}&limit=${PAGE_OF_FILE}`}
            name="my-calls.csv"
          />
        )}
      </div>
      {wrong && (
        <p class="banner" role="alert">
          {t("me.choose_a_first_day_that")}
        </p>
      )}
      {!wrong && <Found {...found} zone={me.time_zone} />}
    </section>
  );
}

interface DayProps {
  label: string;
  value: string;
  max: string;
  onChange(day: string): void;
}

function Day({ label, value, max, onChange }: DayProps) {
  return (
    <label>
      <span>{label}</span>
      <input
        type="date"
        value={value}
        max={max}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
    </label>
  );
}

interface FoundCalls {
  calls: OwnCall[] | null;
  before: string | null;
  trouble: string | null;
  more(): void;
}

function Found({ calls, before, trouble, more, zone }: FoundCalls & { zone: string }) {
  return (
    <>
      {trouble && (
        <p class="banner" role="alert">
          {trouble}
        </p>
      )}
      {calls === null && !trouble && (
        <p class="muted" role="status">
          {t("me.asking")}
        </p>
      )}
      {calls?.length === 0 && <p class="me-none">{t("me.no_call_was_at_your")}</p>}
      {calls !== null && calls.length > 0 && <CallTable calls={calls} zone={zone} />}
      {before && (
        <button type="button" onClick={more}>
          {t("me.more_than_these", { value: calls?.length ?? 0 })}
        </button>
      )}
    </>
  );
}

function useOwnCalls(path: string | null, onExpired: () => void): FoundCalls {
  const [calls, setCalls] = useState<OwnCall[] | null>(null);
  const [before, setBefore] = useState<string | null>(null);
  const [trouble, setTrouble] = useState<string | null>(null);
  const [cursor, setCursor] = useState<string | null>(null);
  useEffect(() => {
    setCalls(null);
    setBefore(null);
    setCursor(null);
  }, [path]);
  useEffect(() => {
    if (path === null) return;
    let wanted = true;
    const place = cursor ? `&before=${encodeURIComponent(cursor)}` : "";
    read<OwnCalls>(`${path}&limit=${PAGE}${place}`)
      .then((answer) => {
        if (!wanted) return;
        setCalls((known) => [...(cursor ? (known ?? []) : []), ...answer.calls]);
        setBefore(answer.before);
        setTrouble(null);
      })
      .catch((error: unknown) => {
        if (!(error instanceof Refused)) throw error;
        if (error.status === 401) onExpired();
        else if (wanted) setTrouble(`${error.message} ${error.remedy}`.trim());
      });
    return () => {
      wanted = false;
    };
  }, [path, cursor]);
  return { calls, before, trouble, more: () => setCursor(before) };
}

function CallTable({ calls, zone }: { calls: OwnCall[]; zone: string }) {
  const names = [
    t("me.arrived"),
    t("me.caller"),
    t("me.queue"),
    t("me.you"),
    t("me.talk"),
    t("me.result"),
    t("me.note"),
  ];
  return (
    <div class="me-box">
      <table class="me-table">
        <ColumnHeads names={names} />
        <tbody>
          {calls.map((call) => (
            <tr key={`${call.line} ${call.call_id} ${call.occurrence}`}>
              <th scope="row">{viewerFormats().momentIn(call.arrived_at, zone)}</th>
              <td data-label={t("me.caller")}>
                <bdi>{call.name || call.caller || t("me.withheld")}</bdi>
                {call.name && call.caller && <small>{call.caller}</small>}
              </td>
              <Cell label={t("me.queue")} text={call.queue_label || call.queue} />
              <Cell label={t("me.you")} text={partWords(call)} />
              <Cell
                label={t("me.talk")}
                text={call.talk_s === null ? null : duration(call.talk_s)}
              />
              <Cell label={t("me.result")} text={call.result_label || call.result} />
              <Cell label={t("me.note")} text={call.note} />
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** In little room an empty one is left out. */
function Cell({ label, text }: { label: string; text: string | null }) {
  return (
    <td data-label={label} data-empty={!text}>
      {text || NONE}
    </td>
  );
}
