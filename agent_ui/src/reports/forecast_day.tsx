// One day of a forecast: expected calls and needed agents, drawn and in figures.

import { useMemo } from "preact/hooks";
import { t } from "../i18n/words";
import { ColumnHeads } from "../shared/column_heads";
import { viewerFormats } from "../shared/format";
import type { ForecastRow, MadeForecast } from "./answers";
import { Chart } from "./chart";
import { TableBox } from "./parts";
import type { Drawing } from "./plot";
import type { ViewProps } from "./view";
import {
  clock,
  clockWords,
  countOf,
  dayOf,
  dayWords,
  opens,
  shown,
  weekdayOf,
} from "./words";

export interface MadeProps extends ViewProps {
  forecast: MadeForecast;
}

export interface ForecastDay {
  day: string;
  rows: ForecastRow[];
  /** As planned before the day began, by start. */
  planned: Map<string, ForecastRow>;
}

/** Days with their intervals in which calls come; of today also those that are over. */
export function daysOf(forecast: MadeForecast): ForecastDay[] {
  const days = new Map<string, ForecastDay>();
  const newest = new Set(forecast.rows.map((row) => row.start));
  const before = forecast.planned.filter((row) => !newest.has(row.start));
  for (const row of [...before, ...forecast.rows]) {
    const day = dayOf(row.start);
    const known: ForecastDay = days.get(day) ?? { day, rows: [], planned: new Map() };
    known.rows.push(row);
    days.set(day, known);
  }
  for (const row of forecast.planned) {
    days.get(dayOf(row.start))?.planned.set(row.start, row);
  }
  return [...days.values()].map((day) => ({ ...day, rows: open(day.rows) }));
}

function open(rows: ForecastRow[]): ForecastRow[] {
  const busy = rows.map((row) => row.high > 0.5 || (row.came ?? 0) > 0);
  const first = busy.indexOf(true);
  if (first < 0) return rows.filter((row) => inOfficeHours(row.start));
  return rows.slice(first, busy.lastIndexOf(true) + 1);
}

/** Closed by the calendar, or by the opening hours of its weekday. */
export function isClosed(day: string, forecast: MadeForecast): boolean {
  return (
    forecast.closed.includes(day) || forecast.closed_weekdays.includes(weekdayOf(day))
  );
}

/** `closed, 12 came`, `84 calls, up to 9 on schedule`. */
export function planWords({ day, rows }: ForecastDay, forecast: MadeForecast): string {
  const expected = Math.round(rows.reduce((sum, row) => sum + row.expected, 0));
  const over = rows.reduce((sum, row) => sum + (row.came ?? 0), 0);
  const came =
    day === dayOf(forecast.as_of) ? Math.max(over, forecast.came_today) : over;
  const most = Math.max(0, ...rows.map((row) => row.headcount));
  const words = [isClosed(day, forecast) ? t("reports.closed_day") : null];
  if (expected > 0)
    words.push(t("reports.calls_expected", { expected: countOf(expected) }));
  if (expected > 0 && words[0] === null)
    words.push(t("reports.up_to_on_schedule", { most: countOf(most) }));
  if (expected === 0 && words[0] === null) words.push(t("reports.no_calls_expected"));
  if (came > 0) words.push(t("reports.calls_came", { came: countOf(came) }));
  return words.filter(Boolean).join(", ");
}

function closedWords(day: string, forecast: MadeForecast): string {
  return forecast.closed_weekdays.includes(weekdayOf(day))
    ? t("reports.closed_by_the_opening_hours")
    : t("reports.closed_by_the_calendar");
}

function nothingWords(day: string, forecast: MadeForecast): string {
  const closed = isClosed(day, forecast) ? `${closedWords(day, forecast)}. ` : "";
  return t("reports.no_calls_are_expected_on_2", { closed, day: dayWords(day) });
}

/** Of a day without calls the axis has these. */
function inOfficeHours(start: string): boolean {
  return clock(start) >= "08:00" && clock(start) < "18:00";
}

export function DayCharts(props: MadeProps & { day: ForecastDay }) {
  const { day, forecast, onOpen } = props;
  const calls = useMemo(() => callsDrawing(day), [day]);
  const agents = useMemo(() => agentsDrawing(day, forecast), [day, forecast]);
  const openAt = (place: number) => {
    const row = day.rows[place];
    if (row) onOpen(forecast.numbers, row.start, row.end);
  };
  const words = (place: number) => callsWords(day.rows[place]);
  return (
    <>
      <section class="chart-and-table">
        <h2>{t("reports.expected_calls", { day: dayWords(day.day) })}</h2>
        {isClosed(day.day, forecast) && (
          <p class="closed-day">
            <strong>{`${closedWords(day.day, forecast)}.`}</strong>
            {t("reports.calls_that_still_come_are")}
          </p>
        )}
        <Chart
          name={t("reports.expected_calls_table")}
          drawing={calls}
          none={nothingWords(day.day, forecast)}
          words={words}
          onOpen={openAt}
        />
        <CallsTable {...props} openAt={openAt} />
      </section>
      <section class="chart-and-table many-columns">
        <h2>{t("reports.agents_needed", { day: dayWords(day.day) })}</h2>
        <Chart
          name={t("reports.agents_needed_table")}
          drawing={agents}
          none={nothingWords(day.day, forecast)}
          words={(place) => agentsWords(day.rows[place])}
          onOpen={openAt}
        />
        <AgentsTable day={day} />
      </section>
    </>
  );
}

function callsDrawing(day: ForecastDay): Drawing {
  const { rows, planned } = day;
  const expected = {
    label: t("reports.expected"),
    colour: "accent",
    kind: "line" as const,
    values: rows.map((row) => row.expected),
  };
  const before = {
    label: t("reports.planned_before_the_day"),
    colour: "muted",
    kind: "dashed" as const,
    values: rows.map((row) => planned.get(row.start)?.expected ?? null),
  };
  const hasCome = rows.some((row) => row.came !== null);
  const came = {
    label: t("reports.came"),
    colour: "good",
    kind: "bars" as const,
    values: rows.map((row) => row.came),
  };
  return {
    ticks: rows.map((row) => clockWords(row.start)),
    lines: [
      ...(hasCome ? [came] : []),
      ...(planned.size > 0 ? [before] : []),
      expected,
    ],
    band: { low: rows.map((row) => row.low), high: rows.map((row) => row.high) },
    top: null,
    unit: "calls",
    bandName: t("reports.band_of", { share: viewerFormats().percent(0.8) }),
    read: (value) => shown(value, "calls"),
  };
}

function agentsDrawing(day: ForecastDay, forecast: MadeForecast): Drawing {
  const { rows } = day;
  const line = (label: string, colour: string, values: (number | null)[]) => ({
    label,
    colour,
    kind: "step" as const,
    values,
  });
  const fewer = forecast.if_fewer;
  const isToday = fewer !== null && dayOf(fewer.begins) === day.day;
  const now = rows.map((row) =>
    fewer && row.start >= fewer.begins ? fewer.agents : null,
  );
  return {
    ticks: rows.map((row) => clockWords(row.start)),
    lines: [
      line(
        t("reports.at_their_telephones"),
        "accent",
        rows.map((row) => row.agents),
      ),
      line(
        t("reports.on_the_schedule_with_shrinkage"),
        "warn",
        rows.map((row) => row.headcount),
      ),
      ...(isToday
        ? [{ ...line(t("reports.there_now"), "good", now), kind: "dashed" as const }]
        : []),
    ],
    band: {
      low: rows.map((row) => row.agents),
      high: rows.map((row) => row.agents_high),
    },
    top: null,
    unit: "agents",
    bandName: t("reports.up_to_the_upper_end"),
    read: (value) => shown(value, "agents"),
  };
}

function callsWords(row: ForecastRow | undefined): string {
  if (!row) return "";
  const came =
    row.came === null
      ? []
      : [t("reports.came_calls", { calls: shown(row.came, "calls") })];
  const expected = t("reports.expected_to", {
    expected: shown(row.expected, "calls"),
    low: shown(row.low, "calls"),
    high: shown(row.high, "calls"),
  });
  return [`${clockWords(row.start)}–${clockWords(row.end)}`, expected, ...came].join(
    " · ",
  );
}

function agentsWords(row: ForecastRow | undefined): string {
  if (!row) return "";
  return [
    `${clockWords(row.start)}–${clockWords(row.end)}`,
    t("reports.at_their_telephones_on_the", {
      agents: row.agents,
      headcount: row.headcount,
    }),
    t("reports.service_level", { service_level: shown(row.service_level, "ratio") }),
    t("reports.occupancy_of", { share: shown(row.occupancy, "ratio") }),
  ].join(" · ");
}

function CallsTable(
  props: MadeProps & { day: ForecastDay; openAt(place: number): void },
) {
  const { day, openAt } = props;
  return (
    <TableBox name={t("reports.expected_calls_table")}>
      <table>
        <thead>
          <tr>
            {[
              t("reports.time"),
              t("reports.expected"),
              t("reports.band_of", { share: viewerFormats().percent(0.8) }),
              t("reports.came"),
              t("reports.handle_time"),
            ].map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {day.rows.map((row, place) => (
            <tr key={row.start}>
              <th scope="row">{clockWords(row.start)}</th>
              <td>{shown(row.expected, "calls")}</td>
              <td>
                {t("reports.low_to_high", {
                  low: shown(row.low, "calls"),
                  high: shown(row.high, "calls"),
                })}
              </td>
              <td>
                {opens(row.came, "calls") ? (
                  <button type="button" class="link" onClick={() => openAt(place)}>
                    {shown(row.came, "calls")}
                  </button>
                ) : (
                  shown(row.came, "calls")
                )}
              </td>
              <td>{shown(row.handle_s, "seconds")}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableBox>
  );
}

const AGENT_COLUMNS = () => [
  t("reports.time"),
  t("reports.telephones"),
  t("reports.schedule"),
  t("reports.upper_end"),
  t("reports.service_level_2"),
  t("reports.occupancy"),
  t("reports.abandoned"),
];

function AgentsTable({ day }: { day: ForecastDay }) {
  return (
    <TableBox name={t("reports.agents_needed_table")}>
      <table class="by-block">
        <ColumnHeads names={AGENT_COLUMNS()} />
        <tbody>
          {day.rows.map((row) => (
            <tr key={row.start}>
              <th scope="row">{clockWords(row.start)}</th>
              <td data-label={t("reports.telephones")}>
                {shown(row.agents, "agents")}
              </td>
              <td data-label={t("reports.schedule")}>
                {shown(row.headcount, "agents")}
              </td>
              <td data-label={t("reports.upper_end")}>
                {shown(row.agents_high, "agents")}
              </td>
              <td data-label={t("reports.service_level_2")}>
                {shown(row.service_level, "ratio")}
              </td>
              <td data-label={t("reports.occupancy")}>
                {shown(row.occupancy, "ratio")}
              </td>
              <td data-label={t("reports.abandoned")}>
                {shown(row.abandon_rate, "ratio")}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableBox>
  );
}
