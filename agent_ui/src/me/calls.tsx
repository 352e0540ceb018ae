// Which calls did I have, from one day to another?

import { useEffect, useState } from "preact/hooks";
import { t } from "../i18n/words";
import { Refused, read, type Session } from "../shared/api";
import { CsvButton } from "../shared/csv_button";
import { addDays } from "../shared/days";
import { viewerFormats } from "../shared/format";
import type { Me, OwnCall, OwnCalls } from "./answers";
import { CallTable } from "./call_table";
import { type Choice, choiceOf, isSearch, pathOf, searchOf } from "./choice";
import { SearchOfMine } from "./search";

const PAGE = 50;
const PAGE_OF_FILE = 500;
const RANGES = [1, 7, 28];

interface CallsOfMineProps {
  me: Me;
  session: Session;
  onExpired(): void;
}

export function CallsOfMine({ me, session, onExpired }: CallsOfMineProps) {
  const today = me.figures[0]?.from.slice(0, 10) ?? "";
  const [choice, setChoice] = useState(() => choiceOf(location.search, today));
  const choose = (next: Choice) => {
    setChoice(next);
    history.replaceState(null, "", `${location.pathname}${searchOf(next, today)}`);
  };
  const path = pathOf(choice);
  const found = useOwnCalls(path, onExpired);
  return (
    <section class="me-calls">
      <h2>{t("me.my_calls")}</h2>
      <Range {...{ choice, choose, today, path }} />
      <SearchOfMine me={me} choice={choice} onChoose={choose} />
      {path === null && (
        <p class="banner" role="alert">
          {t("me.choose_a_first_day_that")}
        </p>
      )}
      {path !== null && <Found {...{ found, me, session, onExpired, choice }} />}
    </section>
  );
}

interface RangeProps {
  choice: Choice;
  choose(choice: Choice): void;
  today: string;
  path: string | null;
}

function Range({ choice, choose, today, path }: RangeProps) {
  const { from, to } = choice;
  return (
    <div class="me-range">
      <fieldset class="periods">
        <legend class="hidden">{t("me.calls_of_the_last")}</legend>
        {RANGES.map((days) => {
          const begin = addDays(today, 1 - days);
          return (
            <button
              type="button"
              key={days}
              aria-pressed={from === begin && to === today}
              onClick={() => choose({ ...choice, from: begin, to: today })}
            >
              {days === 1 ? t("me.today") : t("insight.days", { n: days })}
            </button>
          );
        })}
      </fieldset>
      <Day
        label={t("me.from")}
        value={from}
        max={today}
        onChange={(day) => choose({ ...choice, from: day })}
      />
      <Day
        label={t("me.to")}
        value={to}
        max={today}
        onChange={(day) => choose({ ...choice, to: day })}
      />
      {path && (
        <CsvButton
          key={path}
          path={`${path}&limit=${PAGE_OF_FILE}`}
          name="my-calls.csv"
        />
      )}
    </div>
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
  /** A search ended there, before a page was full. */
  searchedTo: string | null;
  trouble: string | null;
  more(): void;
}

interface FoundProps {
  found: FoundCalls;
  me: Me;
  session: Session;
  choice: Choice;
  onExpired(): void;
}

function Found({ found, choice, ...rest }: FoundProps) {
  const { calls, before, searchedTo, trouble, more } = found;
  const moment = searchedTo && viewerFormats().momentIn(searchedTo, rest.me.time_zone);
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
      {calls?.length === 0 && (
        <p class="me-none" role="status">
          {isSearch(choice) ? t("day.no_call_fits") : t("me.no_call_was_at_your")}
        </p>
      )}
      {calls !== null && calls.length > 0 && <CallTable calls={calls} {...rest} />}
      {moment && <p class="muted">{t("day.searched_to", { moment })}</p>}
      {before && (
        <button type="button" onClick={more}>
          {searchedTo
            ? t("day.search_older")
            : t("me.more_than_these", { value: calls?.length ?? 0 })}
        </button>
      )}
    </>
  );
}

function useOwnCalls(path: string | null, onExpired: () => void): FoundCalls {
  const [calls, setCalls] = useState<OwnCall[] | null>(null);
  const [before, setBefore] = useState<string | null>(null);
  const [searchedTo, setSearchedTo] = useState<string | null>(null);
  const [trouble, setTrouble] = useState<string | null>(null);
  const [cursor, setCursor] = useState<string | null>(null);
  useEffect(() => {
    setCalls(null);
    setBefore(null);
    setSearchedTo(null);
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
        setSearchedTo(answer.searched_to);
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
  return { calls, before, searchedTo, trouble, more: () => setCursor(before) };
}
