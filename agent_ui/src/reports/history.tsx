// How many calls came, and what became of them, next to what is usual?

import { useMemo } from "preact/hooks";
import { said, withCountersRead } from "../i18n/said";
import { lowered, t } from "../i18n/words";
import { FileButtons } from "../shared/csv_button";
import { viewerFormats } from "../shared/format";
import { type Reading, useReading } from "../shared/reading";
import { Waiting } from "../shared/waiting";
import type { Band, Counter, Interval, Stats, Usual } from "./answers";
import { ByKind } from "./by_kind";
import { ByPlace } from "./by_place";
import { Chart, lastKnown } from "./chart";
import { fittingBy, placesQuery, rangeQuery } from "./choice";
import { CHARTS, isShown, TILES } from "./history_numbers";
import { Cell, fewAgents, TableBox, whyHidden } from "./parts";
import type { Line } from "./plot";
import { ServiceLevels } from "./service_levels";
import type { ViewProps } from "./view";
import {
  addDays,
  against,
  axisWords,
  clock,
  clockWords,
  dayOf,
  dayWords,
  hasCalls,
  intervalWords,
  NONE,
  shown,
  usualWords,
} from "./words";

const AGAIN_MS = 60_000;

export function History(props: ViewProps) {
  const { choice, from, to, today, onExpired } = props;
  const by = fittingBy(from, to, choice.by);
  const oneDay = from === to;
  const isLive = to >= today;
  const again = isLive ? AGAIN_MS : null;
  const path = `/v1/stats?${rangeQuery(choice, from, to)}&by=${by}`;
  const stats = useReading<Stats>(path, onExpired, again);
  const usual = useReading<Usual>(
    oneDay && by.endsWith("m")
      ? `/v1/stats/usual?day=${from}&by=${by}&${placesQuery(choice)}`
      : null,
    onExpired,
    again,
  );
  if (!stats.answer) return <Waiting reading={stats} />;
  const answer = withCountersRead(stats.answer);
  const columns = answer.counters.filter(
    (each) => TILES.includes(each.name) && hasCalls(each.name),
  );
  // until the answer to a new question is there, the one of before is shown as it is
  const shownDays = daysOf(answer);
  const band = usual.answer?.day === shownDays.from ? usual.answer : null;
  const own = {
    ...props,
    ...shownDays,
    by: answer.by,
    oneDay: shownDays.from === shownDays.to,
    usual: usual.path ? band : null,
  };
  return (
    <>
      <Freshness reading={stats} live={isLive} zone={answer.time_zone} />
      <Figures {...own} stats={answer} />
      <Charts {...own} stats={answer} path={path} />
      <ServiceLevels {...own} stats={answer} />
      <ByPlace {...props} columns={columns} />
      <ByKind {...props} />
      <Rules stats={answer} usual={own.usual} />
    </>
  );
}

/** The first and the last day of an answer. */
export function daysOf({ from, to }: Pick<Stats, "from" | "to">): {
  from: string;
  to: string;
} {
  return { from: dayOf(from), to: addDays(dayOf(to), -1) };
}

interface FreshnessProps<T> {
  reading: Reading<T>;
  live: boolean;
  zone: string;
}

/** In the zone of the centre, as all times of the page. */
function Freshness<T>({ reading, live, zone }: FreshnessProps<T>) {
  const time = viewerFormats().timeIn(reading.at, zone);
  if (reading.trouble) {
    return (
      <p class="banner" role="alert">
        {t("reports.stale_these_numbers_are_of", { time, trouble: reading.trouble })}
      </p>
    );
  }
  return (
    <p class="muted reports-wide" role="status" aria-busy={reading.busy}>
      {live
        ? t("reports.as_of_read_again_each", { time })
        : t("reports.read_at", { time })}
      {reading.busy && t("reports.reading")}
    </p>
  );
}

interface OwnProps extends ViewProps {
  stats: Stats;
  by: string;
  oneDay: boolean;
  usual: Usual | null;
}

/** Quarters of an hour of too few agents are in no sum of the time of agents. */
function LeftOut({ stats }: { stats: Stats }) {
  const quarters = stats.amounts?.quarters_left_out ?? 0;
  if (quarters === 0) return null;
  const time = shown(quarters * 900, "seconds");
  return <small title={whyHidden()}>{t("reports.without_of_too_few", { time })}</small>;
}

function Figures({ stats, usual, from, to, onOpen }: OwnProps) {
  const counters = new Map(stats.counters.map((each) => [each.name, each]));
  return (
    <ul class="figures reports-wide">
      {TILES.map((name) => {
        const counter = counters.get(name);
        if (!counter || !isShown(name, stats)) return null;
        const value = stats.total[name] ?? null;
        const band = usual?.so_far[name];
        const until =
          usual && clock(usual.until) !== "00:00"
            ? ` ${t("reports.until_time", { time: clockWords(usual.until) })}`
            : "";
        const content = (
          <>
            <span class="figure-name">{counter.label}</span>
            <strong>{shown(value, counter.unit)}</strong>
            {stats.hidden?.includes(name) && (
              <small title={whyHidden()}>{fewAgents()}</small>
            )}
            {name === "occupancy" && value !== null && <LeftOut stats={stats} />}
            {band && <small>{`${usualWords(band, counter.unit)}${until}`}</small>}
          </>
        );
        if (!hasCalls(name)) {
          return (
            <li key={name} title={counter.formula} data-figure={name}>
              <div class="figure">{content}</div>
            </li>
          );
        }
        return (
          <li key={name}>
            <button
              type="button"
              title={counter.formula}
              data-figure={name}
              onClick={() => onOpen([name], from, addDays(to, 1))}
            >
              {content}
              <small class="figure-open">{t("reports.open_the_calls")}</small>
            </button>
          </li>
        );
      })}
    </ul>
  );
}

function Charts(props: OwnProps & { path: string }) {
  const { stats, usual, by, oneDay, path } = props;
  const now = Date.now();
  const span = useMemo(() => spanOf(stats, usual, oneDay, now), [stats, usual]);
  const isEmpty = span.every(({ row }) => !row.values.offered && !row.values.direct);
  const charts = CHARTS.filter(({ names }) => names.some((x) => isShown(x, stats)));
  return (
    <>
      {isEmpty && <NoCalls {...props} />}
      {(isEmpty ? charts.slice(0, 1) : charts).map((chart) => (
        <NumberChart key={chart.title} {...props} chart={chart} span={span} now={now} />
      ))}
      <p class="reports-wide">
        <FileButtons path={path} name={`stats-by-${by}.csv`} />{" "}
        <span class="muted">{t("reports.all_numbers_of_these_intervals")}</span>
      </p>
    </>
  );
}

function NoCalls({ usual }: OwnProps) {
  return (
    <section class="reports-wide">
      <h2>{t("reports.no_calls_in_this_time_2")}</h2>
      <p>{t("reports.choose_other_days_above_or")}</p>
      {usual?.days.length === 0 && <p>{t("reports.there_were_no_calls_on")}</p>}
    </section>
  );
}

/** Of one day only the hours in which calls come or usually come. */
function spanOf(stats: Stats, usual: Usual | null, oneDay: boolean, now: number) {
  const rows = stats.rows.filter((row) => oneDay || Date.parse(row.start) <= now);
  // a call at night that rang directly does not stretch the day of the queues
  const name = stats.total.offered ? "offered" : "direct";
  const isBusy = (row: Interval, place: number) =>
    (row.values[name] ?? 0) > 0 ||
    (oneDay && (usual?.rows[place]?.values.offered?.[2] ?? 0) > 0);
  const busy = rows.map(isBusy);
  const first = busy.indexOf(true);
  const [begin, end] =
    first < 0 || !oneDay
      ? [0, rows.length]
      : [Math.max(0, first - 1), Math.min(rows.length, busy.lastIndexOf(true) + 2)];
  return rows.slice(begin, end).map((row, place) => ({
    row,
    usual: usual?.rows[begin + place]?.values,
  }));
}

type Span = { row: Interval; usual: Record<string, Band> | undefined }[];

interface NumberChartProps extends OwnProps {
  chart: (typeof CHARTS)[number];
  span: Span;
  now: number;
}

function NumberChart(props: NumberChartProps) {
  const { chart, span, stats, by, oneDay, now, to, today, onOpen } = props;
  const counters = chart.names
    .map((name) => stats.counters.find((each) => each.name === name))
    .filter((each) => each !== undefined);
  const drawing = useMemo(() => drawingOf(props, counters), [span, by, stats.counters]);
  const first = counters[0];
  if (!first) return null;
  const isWide = counters.length > 2 && drawing.band !== null;
  const name = (place: number) => {
    const row = span[place]?.row;
    return row ? intervalWords(row.start, row.end, by, oneDay) : "";
  };
  const words = (place: number) => {
    const each = span[place];
    if (!each) return "";
    const values = counters.map(
      ({ name, label, unit }) =>
        `${label} ${shown(numberOf(each.row, name, now), unit)}`,
    );
    const band = each.usual?.[first.name];
    return [
      name(place),
      ...values,
      ...(band ? [usualWords(band, first.unit)] : []),
    ].join(" · ");
  };
  const open = (place: number, number: string) => {
    const row = span[place]?.row;
    if (row) onOpen([number], row.start, row.end);
  };
  return (
    <section class={`chart-and-table${isWide ? " many-columns" : ""}`}>
      <h2>{chart.title}</h2>
      <Chart
        name={chart.title}
        drawing={drawing}
        start={to >= today ? lastKnown(drawing) : 0}
        none={
          stats.hidden?.includes(first.name)
            ? whyHidden()
            : t("reports.no_in_these_days", {
                to_lower_case: lowered(chart.title),
              })
        }
        words={words}
        {...(hasCalls(first.name) && {
          onOpen: (place: number) => open(place, first.name),
        })}
      />
      <TableBox name={chart.title}>
        <table class={isWide ? "by-block" : undefined}>
          <thead>
            <tr>
              <th scope="col">
                {oneDay ? t("reports.time") : t("reports.interval_2")}
              </th>
              {counters.map((each) => (
                <th key={each.name} scope="col" title={each.formula}>
                  {each.label}
                </th>
              ))}
              {drawing.band && <th scope="col">{t("reports.usual")}</th>}
            </tr>
          </thead>
          <tbody>
            {span.map(({ row, usual }, place) => (
              <tr key={row.start}>
                <th scope="row">{name(place)}</th>
                {counters.map((each) => (
                  <Cell
                    key={each.name}
                    counter={each}
                    value={numberOf(row, each.name, now)}
                    hidden={row.hidden?.includes(each.name) ?? false}
                    onOpen={() => open(place, each.name)}
                  />
                ))}
                {drawing.band && (
                  <UsualCell
                    band={usual?.[first.name]}
                    value={numberOf(row, first.name, now)}
                    counter={first}
                  />
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </TableBox>
    </section>
  );
}

function drawingOf({ chart, span, by, oneDay, now }: NumberChartProps, all: Counter[]) {
  const [first] = all;
  const bands = span.map((each) => (first ? each.usual?.[first.name] : undefined));
  const hasBand = bands.some((band) => band !== undefined);
  const edge = (place: 0 | 1 | 2) => bands.map((band) => band?.[place] ?? null);
  const lines: Line[] = all.map((counter, place) => ({
    ...(chart.lines[place] ?? { colour: "ink", kind: "line" }),
    label: counter.label,
    values: span.map((each) => numberOf(each.row, counter.name, now)),
  }));
  if (hasBand) {
    const median = {
      label: t("reports.usual"),
      colour: "muted",
      kind: "dashed",
    } as const;
    lines.push({ ...median, values: edge(1) });
  }
  return {
    ticks: span.map(({ row }) => axisWords(row.start, by, oneDay)),
    lines,
    band: hasBand ? { low: edge(0), high: edge(2) } : null,
    top: first?.unit === "ratio" ? 1 : null,
    unit: first?.unit ?? "calls",
    read: (value: number) => shown(value, first?.unit ?? "calls"),
  };
}

/** An interval that has not begun has no number, not 0. */
function numberOf(row: Interval, name: string, now: number): number | null {
  return Date.parse(row.start) > now ? null : (row.values[name] ?? null);
}

function UsualCell(props: {
  band: Band | undefined;
  value: number | null;
  counter: Counter;
}) {
  const { band, value, counter } = props;
  if (!band) return <td data-label={t("reports.usual")}>{NONE}</td>;
  const verdict = against(value, band);
  const [low, median, high] = band.map((each) => shown(each, counter.unit));
  return (
    <td
      class="usual"
      data-label={t("reports.usual")}
      data-unit={counter.unit}
      data-verdict={verdict}
    >
      {median}{" "}
      <small>{`${t("reports.low_to_high", { low: low ?? "", high: high ?? "" })}${verdict && `, ${verdict}`}`}</small>
    </td>
  );
}

function Rules({ stats, usual }: { stats: Stats; usual: Usual | null }) {
  return (
    <details class="reports-wide reports-rules">
      <summary>{t("reports.how_these_are_counted")}</summary>
      {stats.counted_by.map((each) => (
        <p key={each.since}>
          {said(each.rules)}{" "}
          <small>
            {t("reports.counted_since", {
              day: viewerFormats().day(each.since.slice(0, 10), true),
            })}
          </small>
        </p>
      ))}
      {usual && (
        <p>
          {t("reports.usual_median_and_of_same", {
            percent_range: viewerFormats().percentRange(0.1, 0.9),
            length: usual.days.length,
          })}
          {usual.left_out.length > 0 &&
            t("reports.left_out_as_no_call", {
              join: usual.left_out.map((day) => dayWords(day)).join(", "),
            })}
        </p>
      )}
      <dl>
        {stats.counters
          .filter((each) => TILES.includes(each.name))
          .map((each) => (
            <div key={each.name}>
              <dt>{each.label}</dt>
              <dd>{each.formula}</dd>
            </div>
          ))}
      </dl>
    </details>
  );
}
