// Why does another tool show another figure, or other calls?

import { useEffect, useRef, useState } from "preact/hooks";
import { countersRead } from "../i18n/said";
import { t, textsOf } from "../i18n/words";
import { askWith, Refused } from "../shared/api";
import { viewerFormats } from "../shared/format";
import { useReading } from "../shared/reading";
import type { Comparison, Counter, Places } from "./answers";
import { rangeQuery, USUAL } from "./choice";
import { ComparedFigure, ListAnswer } from "./compare_answer";
import { figureText, headersOf, rowsOf, textOf } from "./compare_words";
import type { ViewProps } from "./view";
import { addDays, countOf, hasCalls } from "./words";

const BYTES_MAX = 4 * 1024 * 1024;
const EXAMPLES = 50;
const COLUMNS = textsOf({
  start: "reports.start",
  time: "reports.time_of_day",
  id: "reports.call_id",
  caller: "reports.caller",
  queue: "reports.queue",
  answered: "reports.answered_yes_or_no",
  answered_at: "reports.answered_at",
  wait_s: "reports.wait",
  talk_s: "reports.talk_time",
});

export interface CompareProps extends ViewProps {
  counters: Counter[];
  csrf: string;
  label(group: string, name: string): string;
}

/** What the other tool gave: a text, and the file that it came from. */
interface GivenList {
  text: string;
  file: string | null;
}

const NO_COUNTERS: Counter[] = [];
const NO_LIST: GivenList = { text: "", file: null };

export function Compare(props: CompareProps) {
  const { choice, change, from, to, counters, csrf, onExpired } = props;
  const [list, setList] = useState(NO_LIST);
  const [columns, setColumns] = useState<Record<string, string>>({});
  const [answer, setAnswer] = useState<Comparison | null>(null);
  const [trouble, setTrouble] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const { team, setTeam, teams, ...ofTeam } = useTeams(props);
  const asked = useRef(0);
  const forget = () => {
    asked.current += 1; // an answer that is still to come is of something else
    setAnswer(null);
    setTrouble(null);
    setBusy(false);
  };
  useEffect(forget, [from, to, choice.queue, team]);
  const known = team === "" ? counters : ofTeam.counters;
  const wanted = team === "" ? choice.number : ofTeam.number;
  const number = hasCalls(wanted) ? wanted : USUAL.number;
  const counter = known.find((each) => each.name === number);
  const unit = counter?.unit ?? "calls";

  const compare = async (value: string) => {
    forget();
    const turn = asked.current;
    const written = value.trim() === "" ? null : figureText(value, unit);
    if (value.trim() !== "" && written === null) {
      setTrouble(t("reports.is_not_a_number_write", { value }));
      return;
    }
    if (written === null && list.text.trim() === "") {
      setTrouble(t("reports.enter_what_the_other_tool"));
      return;
    }
    setBusy(true);
    const body = {
      from,
      to: addDays(to, 1),
      queue: (team === "" && choice.queue) || null,
      team: team || null,
      figure: written === null ? null : { number, value: written },
      calls_csv: list.text.trim() === "" ? null : list.text,
      columns,
      examples: EXAMPLES,
    };
    try {
      const found = await askWith<Comparison>("/v1/stats/compare", body, csrf);
      if (turn === asked.current) setAnswer(found);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (error.status === 401) onExpired();
      if (turn === asked.current) {
        const words = `${error.message} ${error.remedy}`.trim();
        setTrouble(
          words.replace(/^calls_csv(?=[ :])/, list.file ?? t("reports.the_list")),
        );
      }
    } finally {
      if (turn === asked.current) setBusy(false);
    }
  };
  const take = (given: GivenList | string) => {
    forget();
    if (typeof given === "string") setTrouble(given);
    else setList(given);
  };
  return (
    <>
      <section class="reports-wide compare">
        <h2>{t("reports.another_tool_shows")}</h2>
        <p class="muted">{t("reports.enter_its_figure_of_these")}</p>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            const form = new FormData(event.currentTarget);
            const value = String(form.get("value") ?? "");
            change({ value: value || null });
            void compare(value);
          }}
        >
          <fieldset>
            <legend>{t("reports.a_figure")}</legend>
            {teams.length > 0 && (
              <label>
                <span>{t("reports.team")}</span>
                <select
                  value={team}
                  onChange={(event) => setTeam(event.currentTarget.value)}
                >
                  <option value="">{t("reports.all_teams")}</option>
                  {teams.map((each) => (
                    <option key={each.name} value={each.name}>
                      {each.label}
                    </option>
                  ))}
                </select>
              </label>
            )}
            <label>
              <span>{t("reports.number")}</span>
              <select
                value={number}
                onChange={(event) => {
                  forget();
                  const { value } = event.currentTarget;
                  if (team === "") change({ number: value });
                  else ofTeam.setNumber(value);
                }}
              >
                {known
                  .filter(({ name }) => hasCalls(name))
                  .map((each) => (
                    <option key={each.name} value={each.name}>
                      {each.label}
                    </option>
                  ))}
              </select>
            </label>
            <label>
              <span>{t("reports.shows")}</span>
              <input
                name="value"
                autocomplete="off"
                inputMode="decimal"
                maxLength={20}
                placeholder={unit === "ratio" ? viewerFormats().percent(0.785) : "212"}
                defaultValue={choice.value ?? ""}
              />
            </label>
            {counter && (
              <small>{t("reports.here", { formula: counter.formula })}</small>
            )}
          </fieldset>
          <ListField list={list} onTake={take} />
          {list.text !== "" && (
            <ColumnNames list={list.text} columns={columns} onChange={setColumns} />
          )}
          <p class="compare-go">
            <button type="submit" class="primary" disabled={busy}>
              {busy ? t("reports.comparing") : t("reports.compare")}
            </button>
            <span role="status" class="muted">
              {busy && t("reports.the_calls_are_counted_again")}
            </span>
          </p>
        </form>
        {trouble && (
          <p class="banner" role="alert">
            {trouble}
          </p>
        )}
      </section>
      {answer && <ReadCalls {...answer} />}
      {answer && answer.readings.length > 0 && (
        <ComparedFigure
          {...props}
          onOpen={(numbers, since, until, places) =>
            props.onOpen(numbers, since, until, team ? { ...places, team } : places)
          }
          readings={answer.readings}
          counter={counter}
          missing={answer.calls_without_events}
        />
      )}
      {answer?.list && <ListAnswer {...props} list={answer.list} />}
    </>
  );
}

/** Teams whose numbers may be seen, and the one that is compared; "": all calls. */
function useTeams({ from, to, onExpired }: CompareProps) {
  const [team, setTeam] = useState("");
  const [number, setNumber] = useState("team_answered");
  const path = `/v1/stats/places?${rangeQuery(USUAL, from, to)}&group=team`;
  const { answer } = useReading<Places>(path, onExpired);
  const teams = (answer?.rows ?? []).filter(
    ({ values }) => values.team_answered !== null,
  );
  const counters = countersRead(answer?.counters ?? NO_COUNTERS);
  return { team, setTeam, number, setNumber, teams, counters };
}

/** Said only where it limits what follows. */
function ReadCalls({ calls_read, calls_without_events }: Comparison) {
  if (calls_read > 0 && calls_without_events === 0) return null;
  const missing = countOf(calls_without_events);
  return (
    <p class="banner" role="status">
      {calls_read === 0 && t("reports.no_stored_call_can_be")}
      {calls_without_events > 0 &&
        t("reports.counted_again_the_calls_whose", { n: calls_read, missing })}
    </p>
  );
}

interface ListFieldProps {
  list: GivenList;
  /** A text is why the list cannot be taken. */
  onTake(list: GivenList | string): void;
}

/** Pasted, chosen as a file, or dropped. */
function ListField({ list, onTake }: ListFieldProps) {
  const [over, setOver] = useState(false);
  const takeFile = async (file: File | undefined) => {
    if (!file) return;
    if (file.size > BYTES_MAX) {
      onTake(t("reports.is_larger_than_4_mib", { name: file.name }));
      return;
    }
    onTake({ text: textOf(await file.arrayBuffer()), file: file.name });
  };
  return (
    <fieldset
      data-over={over}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        void takeFile(event.dataTransfer?.files[0]);
      }}
    >
      <legend>{t("reports.its_list_of_calls")}</legend>
      {list.file === null ? (
        <textarea
          aria-label={t("reports.rows_of_its_list_with")}
          rows={4}
          spellcheck={false}
          placeholder={t("reports.paste_csv_with_its_header")}
          value={list.text}
          onInput={(event) => {
            onTake({ text: event.currentTarget.value, file: null });
          }}
        />
      ) : (
        <p>
          {t("reports.rows", { file: list.file, count_of: countOf(rowsOf(list.text)) })}
          <button type="button" onClick={() => onTake(NO_LIST)}>
            {t("reports.remove")}
          </button>
        </p>
      )}
      <label>
        <span>{t("reports.file")}</span>
        <input
          type="file"
          accept=".csv,.txt,text/csv,text/plain"
          onChange={(event) => {
            const input = event.currentTarget;
            void takeFile(input.files?.[0]).then(() => {
              input.value = ""; // the same file can be chosen again
            });
          }}
        />
      </label>
    </fieldset>
  );
}

interface ColumnNamesProps {
  list: string;
  columns: Record<string, string>;
  onChange(columns: Record<string, string>): void;
}

/** Where a header does not say what it is. */
function ColumnNames({ list, columns, onChange }: ColumnNamesProps) {
  const headers = headersOf(list);
  return (
    <details>
      <summary>{t("reports.name_its_columns")}</summary>
      <div class="compare-columns">
        {Object.entries(COLUMNS).map(([name, words]) => (
          <label key={name}>
            <span>{words}</span>
            <select
              value={columns[name] ?? ""}
              onChange={(event) => {
                const { [name]: _, ...others } = columns;
                const header = event.currentTarget.value;
                onChange(header ? { ...others, [name]: header } : others);
              }}
            >
              <option value="">{t("reports.by_its_header")}</option>
              {headers.map((header) => (
                <option key={header} value={header}>
                  {header}
                </option>
              ))}
            </select>
          </label>
        ))}
      </div>
    </details>
  );
}
