// How long did a source take over the last day, and how often did it fail?

import { useState } from "preact/hooks";
import { t } from "../i18n/words";
import { Chart } from "../reports/chart";
import { TableBox } from "../reports/parts";
import type { Drawing, Values } from "../reports/plot";
import type { Formats } from "../shared/format";
import { useReading } from "../shared/reading";
import type { SourceTimes, TimesOfInterval } from "./answers";
import { LOOKUP_OUTCOMES } from "./words";

const ASK_EVERY_MS = 30_000;
/** An hour: fewer intervals would be drawn as a few wide steps. */
const INTERVALS_MIN = 12;

interface TimesProps {
  source: string;
  label: string;
  formats: Formats;
  onExpired(): void;
}

/** Nothing is asked before it is opened. */
export function TimesOfSource({ source, label, formats, onExpired }: TimesProps) {
  const [open, setOpen] = useState(false);
  const path = open ? `/v1/sources/${encodeURIComponent(source)}/times` : null;
  const { answer, trouble } = useReading<SourceTimes>(path, onExpired, ASK_EVERY_MS);
  return (
    <details
      class="source-times"
      onToggle={(event) => setOpen(event.currentTarget.open)}
    >
      <summary>{t("admin.times_of_the_last_day")}</summary>
      {trouble && <p role="status">{trouble}</p>}
      {open && answer && <Times times={answer} {...{ label, formats }} />}
    </details>
  );
}

interface DrawnProps {
  times: SourceTimes;
  label: string;
  formats: Formats;
}

function Times({ times, label, formats }: DrawnProps) {
  const places = everyInterval(times, Date.now());
  const clocks = places.map(({ atMs }) => clockOf(atMs, formats));
  const one = { places, clocks, formats };
  const said = (place: number, words: (own: TimesOfInterval) => string) => {
    const own = places[place]?.own;
    return own
      ? words(own)
      : `${clocks[place] ?? ""}: ${t("admin.no_answers_in_this_time")}`;
  };
  return (
    <>
      <p class="muted">
        {t("admin.times_since", {
          since: formats.dateTime(Date.parse(times.since)),
          minutes: times.interval_s / 60,
        })}
      </p>
      <div class="source-charts">
        <Chart
          name={`${label}: ${t("admin.answer_times")}`}
          drawing={durations(one)}
          none={t("admin.no_answers_in_this_time")}
          newest
          words={(place) => said(place, (own) => durationWords(own, formats))}
        />
        <InFigures
          name={`${label}: ${t("admin.answer_times")}`}
          heads={[
            t("admin.half_within"),
            t("admin.of_100_within", { n: 95 }),
            t("admin.of_100_within", { n: 99 }),
          ]}
          cells={({ p50_ms, p95_ms, p99_ms }) =>
            [p50_ms, p95_ms, p99_ms].map((ms) => durationText(ms, formats))
          }
          formats={formats}
          intervals={times.intervals}
        />
        <Chart
          name={`${label}: ${t("admin.failures")}`}
          drawing={failures(one)}
          none={t("admin.nothing_failed")}
          newest
          words={(place) => said(place, (own) => failureWords(own, formats))}
        />
        <InFigures
          name={`${label}: ${t("admin.failures")}`}
          heads={[
            LOOKUP_OUTCOMES.failed,
            LOOKUP_OUTCOMES.timed_out,
            t("admin.older_value_shown"),
          ]}
          cells={({ failed, timed_out, stale }) =>
            [failed, timed_out, stale].map(formats.number)
          }
          formats={formats}
          intervals={times.intervals.filter(hasFailures)}
        />
      </div>
    </>
  );
}

interface Place {
  atMs: number;
  own: TimesOfInterval | null;
}

/** From the first of which something is known to now, quiet ones too. */
export function everyInterval(times: SourceTimes, nowMs: number): Place[] {
  const stepMs = times.interval_s * 1000;
  const begin = (ms: number) => ms - (ms % stepMs);
  const last = begin(nowMs);
  const first = Math.min(
    begin(Date.parse(times.since)),
    last - (INTERVALS_MIN - 1) * stepMs,
  );
  const known = new Map(times.intervals.map((each) => [Date.parse(each.at), each]));
  const count = Math.max(0, Math.round((last - first) / stepMs)) + 1;
  return Array.from({ length: count }, (_, n) => {
    const atMs = first + n * stepMs;
    return { atMs, own: known.get(atMs) ?? null };
  });
}

interface Drawn {
  places: Place[];
  clocks: string[];
  formats: Formats;
}

function durations({ places, clocks, formats }: Drawn): Drawing {
  const values = (name: "p50_ms" | "p95_ms" | "p99_ms"): Values =>
    places.map(({ own }) => own?.[name] ?? null);
  const of100 = (n: number) => t("admin.of_100_within", { n });
  return {
    ticks: clocks,
    lines: [
      {
        label: t("admin.half_within"),
        values: values("p50_ms"),
        colour: "accent",
        kind: "line",
      },
      { label: of100(95), values: values("p95_ms"), colour: "ink", kind: "line" },
      { label: of100(99), values: values("p99_ms"), colour: "warn", kind: "dashed" },
    ],
    band: null,
    top: null,
    unit: "milliseconds",
    read: (value) => durationText(value, formats),
  };
}

function failures({ places, clocks, formats }: Drawn): Drawing {
  const values = (name: "failed" | "timed_out" | "stale"): Values =>
    places.map(({ own }) => own?.[name] ?? 0);
  return {
    ticks: clocks,
    lines: [
      {
        label: LOOKUP_OUTCOMES.failed,
        values: values("failed"),
        colour: "danger",
        kind: "bars",
      },
      {
        label: LOOKUP_OUTCOMES.timed_out,
        values: values("timed_out"),
        colour: "warn",
        kind: "step",
      },
      {
        label: t("admin.older_value_shown"),
        values: values("stale"),
        colour: "muted",
        kind: "dashed",
      },
    ],
    band: null,
    top: null,
    unit: "calls",
    read: (value) => formats.number(value),
  };
}

function durationWords(own: TimesOfInterval, formats: Formats): string {
  return t("admin.times_in_words", {
    time: clockOf(Date.parse(own.at), formats),
    p50: durationText(own.p50_ms, formats),
    p95: durationText(own.p95_ms, formats),
    p99: durationText(own.p99_ms, formats),
    answers: formats.number(own.answers),
  });
}

function failureWords(own: TimesOfInterval, formats: Formats): string {
  return t("admin.failures_in_words", {
    time: clockOf(Date.parse(own.at), formats),
    failed: formats.number(own.failed),
    timed_out: formats.number(own.timed_out),
    stale: formats.number(own.stale),
    answers: formats.number(own.answers),
  });
}

function hasFailures({ failed, timed_out, stale }: TimesOfInterval): boolean {
  return failed + timed_out + stale > 0;
}

interface InFiguresProps {
  name: string;
  heads: string[];
  cells(own: TimesOfInterval): string[];
  intervals: TimesOfInterval[];
  formats: Formats;
}

/** The newest first; failures without the intervals that had none. */
function InFigures({ name, heads, cells, intervals, formats }: InFiguresProps) {
  return (
    <TableBox name={name}>
      <table>
        <thead>
          <tr>
            {[t("admin.interval_2"), t("admin.answers"), ...heads].map((head) => (
              <th scope="col" key={head}>
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {[...intervals].reverse().map((own) => (
            <tr key={own.at}>
              <th scope="row">{clockOf(Date.parse(own.at), formats)}</th>
              {[formats.number(own.answers), ...cells(own)].map((text, place) => (
                <td key={place}>{text}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </TableBox>
  );
}

/** Hours and minutes of the browser's clock. */
function clockOf(atMs: number, formats: Formats): string {
  const aheadMs = -new Date(atMs).getTimezoneOffset() * 60_000;
  return formats.clock(new Date(atMs + aheadMs).toISOString());
}

function durationText(ms: number, formats: Formats): string {
  return ms < 1000 ? formats.milliseconds(ms) : formats.seconds(ms / 1000);
}
