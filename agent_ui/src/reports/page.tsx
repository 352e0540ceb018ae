// Reports: the past, the week, and what is to come. Every number opens its calls.

import { useEffect, useMemo, useState } from "preact/hooks";
import { placeLabel } from "../i18n/labels";
import { withCountersRead } from "../i18n/said";
import { t, textsOf } from "../i18n/words";
import type { Session } from "../shared/api";
import { Parquet } from "../shared/csv_button";
import { todayIn } from "../shared/days";
import { ForSupervisors } from "../shared/for_supervisors";
import { viewerFormats } from "../shared/format";
import { Header } from "../shared/header";
import { useReading } from "../shared/reading";
import { Waiting } from "../shared/waiting";
import { Alerts } from "./alerts";
import type { Places, Stats } from "./answers";
import { CallList } from "./calls";
import {
  BYS,
  type By,
  type Choice,
  choiceOf,
  fittingBy,
  type Opened,
  searchOf,
  VIEWS,
  type View,
} from "./choice";
import { Compare } from "./compare";
import { Planning } from "./forecast";
import { History } from "./history";
import { Pops } from "./pops";
import { Week, weekRange } from "./week";
import { addDays, daysBetween } from "./words";
import "../style/reports.css";

export interface ReportsPageProps {
  session: Session;
  onLogOut(): void;
  onExpired(): void;
}

export function ReportsPage(props: ReportsPageProps) {
  const { session, onLogOut, onExpired } = props;
  return (
    <>
      <Header {...{ session, onLogOut }} page="reports" />
      <ForSupervisors {...{ session }}>
        <Reports csrf={session.csrf} onExpired={onExpired} />
      </ForSupervisors>
    </>
  );
}

const TITLES: Record<View, string> = textsOf({
  calls: "reports.calls",
  week: "reports.week_by_the_hour",
  pops: "reports.does_the_pop_help",
  alerts: "reports.alerts",
  forecast: "reports.forecast_and_staffing",
  compare: "reports.another_tool_shows",
});

const RANGES = [
  {
    get label() {
      return t("reports.today");
    },
    days: 1,
    back: 0,
  },
  {
    get label() {
      return t("reports.yesterday");
    },
    days: 1,
    back: 1,
  },
  ...[7, 28, 90].map((days) => ({
    get label() {
      return t("insight.days", { n: days });
    },
    days,
    back: 0,
  })),
  {
    get label() {
      return t("reports.a_year");
    },
    days: 365,
    back: 0,
  },
];

function Reports({ csrf, onExpired }: { csrf: string; onExpired(): void }) {
  const [choice, change] = useChoice();
  // the day of the centre, which may not be the browser's
  const recent = addDays(new Date().toISOString().slice(0, 10), -1);
  const about = useReading<Stats>(`/v1/stats?from=${recent}&by=day`, onExpired);
  const labels = useLabels(onExpired);
  if (!about.answer) {
    return (
      <main class="reports">
        <Waiting reading={about} />
      </main>
    );
  }
  const { counters, time_zone } = withCountersRead(about.answer);
  const today = todayIn(time_zone);
  const [weekFrom, weekTo] = weekRange(today);
  const isWeek = choice.view === "week";
  const isLong = isWeek || choice.view === "pops"; // a day says little there
  const first = choice.view === "alerts" ? addDays(today, -6) : today;
  const from = choice.from ?? (isLong ? weekFrom : first);
  const to = choice.to ?? (isLong ? weekTo : today);
  const onOpen = (
    numbers: string[],
    since: string,
    until: string,
    more: Partial<Opened> = {},
  ) => {
    const { queue, line, dialled } = choice;
    const all = more.team === undefined ? { queue, line, dialled } : {};
    const places = Object.entries({ ...all, ...more }).filter(
      ([, name]) => name !== null,
    );
    const opened = { numbers, from: since, to: until, ...Object.fromEntries(places) };
    change({ open: opened });
  };
  const label = (group: string, name: string) => labels[group]?.get(name) ?? name;
  const view = { choice, change, from, to, today, onOpen, onExpired };
  return (
    <Parquet.Provider value={about.answer.parquet ?? false}>
      <main class="reports">
        <h1 class="hidden">{t("reports.reports", { value: TITLES[choice.view] })}</h1>
        <Tools {...view} labels={labels} />
        {choice.view === "calls" && <History {...view} />}
        {isWeek && <Week {...view} counters={counters} />}
        {choice.view === "pops" && <Pops {...view} />}
        {choice.view === "alerts" && <Alerts {...view} />}
        {choice.view === "forecast" && <Planning {...view} />}
        {choice.view === "compare" && (
          <Compare {...view} {...{ counters, csrf, label }} />
        )}
        {choice.open && (
          <CallList
            opened={choice.open}
            counters={counters}
            label={label}
            onClose={() => change({ open: null })}
            onExpired={onExpired}
          />
        )}
      </main>
    </Parquet.Provider>
  );
}

/** All of the choice stands in the address; back and forward go through it. */
function useChoice(): [Choice, (patch: Partial<Choice>) => void] {
  const [choice, set] = useState(() => choiceOf(location.search));
  useEffect(() => {
    const onMove = () => set(choiceOf(location.search));
    addEventListener("popstate", onMove);
    return () => removeEventListener("popstate", onMove);
  }, []);
  const change = (patch: Partial<Choice>) => {
    const next = { ...choiceOf(location.search), ...patch };
    history.pushState(null, "", `${location.pathname}${searchOf(next)}`);
    set(next);
  };
  return [choice, change];
}

type Labels = Record<string, Map<string, string>>;

/** Queues, lines and dialled numbers of the last weeks, to choose from. */
function useLabels(onExpired: () => void): Labels {
  const from = addDays(new Date().toISOString().slice(0, 10), -60);
  const path = (group: string) => `/v1/stats/places?from=${from}&group=${group}`;
  const queue = useReading<Places>(path("queue"), onExpired).answer;
  const line = useReading<Places>(path("line"), onExpired).answer;
  const dialled = useReading<Places>(path("dialled"), onExpired).answer;
  return useMemo(() => {
    const named = (places: Places | null) =>
      new Map((places?.rows ?? []).map((row) => [row.name, placeLabel(row.label)]));
    return { queue: named(queue), line: named(line), dialled: named(dialled) };
  }, [queue, line, dialled]);
}

interface ToolsProps {
  choice: Choice;
  from: string;
  to: string;
  today: string;
  labels: Labels;
  change(patch: Partial<Choice>): void;
}

function Tools(props: ToolsProps) {
  const { choice, change } = props;
  return (
    <div class="reports-tools reports-wide">
      <nav aria-label={t("reports.reports_2")}>
        {VIEWS.map((view) => (
          <button
            type="button"
            key={view}
            aria-current={choice.view === view ? "page" : undefined}
            onClick={() => change({ view, from: null, to: null, by: null })}
          >
            {TITLES[view]}
          </button>
        ))}
      </nav>
      {choice.view !== "forecast" && <DayChoice {...props} />}
      {choice.view !== "alerts" && <PlaceChoice {...props} />}
    </div>
  );
}

function DayChoice({ choice, from, to, today, change }: ToolsProps) {
  const length = daysBetween(from, to) + 1;
  const by = fittingBy(from, to, choice.by);
  return (
    <fieldset class="reports-days">
      <legend class="hidden">{t("reports.days")}</legend>
      {["calls", "compare", "alerts"].includes(choice.view) &&
        RANGES.map(({ label, days, back }) => {
          const last = addDays(today, -back);
          const first = addDays(last, 1 - days);
          return (
            <button
              type="button"
              key={label}
              aria-pressed={to === last && length === days}
              onClick={() => change({ from: first, to: last, by: null })}
            >
              {label}
            </button>
          );
        })}
      <label>
        <span>{t("reports.from_2")}</span>
        <input
          type="date"
          value={from}
          max={today}
          onChange={(event) => {
            const day = event.currentTarget.value;
            if (day) change({ from: day, to: day > to ? day : to });
          }}
        />
      </label>
      <label>
        <span>{t("reports.to")}</span>
        <input
          type="date"
          value={to}
          max={today}
          onChange={(event) => {
            const day = event.currentTarget.value;
            if (day) change({ from: day < from ? day : from, to: day });
          }}
        />
      </label>
      {choice.view === "calls" && (
        <label>
          <span>{t("reports.by_2")}</span>
          <select
            value={by}
            onChange={(event) => change({ by: event.currentTarget.value as By })}
          >
            {BYS.filter((each) => fittingBy(from, to, each) === each).map((each) => (
              <option key={each} value={each}>
                {byWords(each)}
              </option>
            ))}
          </select>
        </label>
      )}
    </fieldset>
  );
}

function PlaceChoice({ choice, labels, change }: ToolsProps) {
  const groups = [
    { group: "queue", label: t("reports.queue"), all: t("reports.all_queues") },
    { group: "line", label: t("reports.line"), all: t("reports.all_lines") },
    { group: "dialled", label: t("reports.dialled"), all: t("reports.all_numbers") },
  ] as const;
  const onlyQueues = ["forecast", "compare"].includes(choice.view);
  const shown = onlyQueues ? groups.slice(0, 1) : groups;
  return (
    <fieldset class="reports-days">
      <legend class="hidden">{t("reports.which_calls")}</legend>
      {shown.map(({ group, label, all }) => {
        const known = [...(labels[group] ?? new Map<string, string>())];
        const chosen = choice[group];
        const missing = chosen !== null && !known.some(([name]) => name === chosen);
        return (
          <label key={group}>
            <span>{label}</span>
            <select
              value={chosen ?? ""}
              onChange={(event) => {
                change({ [group]: event.currentTarget.value || null, day: null });
              }}
            >
              <option value="">{all}</option>
              {missing && <option value={chosen}>{chosen}</option>}
              {known.map(
                ([name, words]) =>
                  name && (
                    <option key={name} value={name}>
                      {words}
                    </option>
                  ),
              )}
            </select>
          </label>
        );
      })}
    </fieldset>
  );
}

const BY_DAYS: Record<string, string> = textsOf({
  day: "reports.by_day",
  week: "reports.by_week",
  month: "reports.by_month",
});

/** `15 min`, `day`. */
function byWords(by: By): string {
  return BY_DAYS[by] ?? viewerFormats().minutes(Number.parseInt(by, 10));
}
