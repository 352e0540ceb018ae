// How many calls wait, ring and talk, and how did today go?

import { useRef, useState } from "preact/hooks";
import { t } from "../i18n/words";
import { useNow } from "../shared/clock";
import { averageDuration, duration, type Formats } from "../shared/format";
import type { Change, Preferences } from "../shared/preferences";
import type { CounterDef, QueueCounters, WallboardSnapshot } from "../wire/frames";

import { pressed, shownColumns, shownQueues, toggled } from "./columns";
import { AlertWord, alertOn } from "./level";
import { Opened } from "./opened";

export interface BoardProps {
  board: WallboardSnapshot;
  formats: Formats;
  skewMs: number;
  formulas: boolean;
  /** Nothing counts up while the connection is lost. */
  live: boolean;
}

const TOTAL = "";

function isLongestWait(counter: CounterDef): boolean {
  return counter.name.startsWith("longest_wait");
}

/** The moment that the figures on show speak of: they stand still when not live. */
export function useBoardNow(board: WallboardSnapshot, skewMs: number, live: boolean) {
  const now = useNow() + skewMs;
  const lastLive = useRef(Date.parse(board.at));
  if (live) lastLive.current = now;
  return lastLive.current;
}

const MINOR = [
  "short_abandoned",
  "moved",
  "diverted",
  "callbacks",
  "handled",
  "transferred",
  "called_back",
];
const NOW = ["waiting", "alerting", "talking", "held"];
const DIRECT = ["direct", "direct_answered", "missed"];

type Group =
  | "now"
  | "today"
  | "minor"
  | "agents"
  | "calls"
  | "direct"
  | "variants"
  | "teams";

/** Numbers that this page does not know stand with those of today. */
export function groupOf(counter: CounterDef): Group {
  if (counter.name.startsWith("team_")) return "teams";
  if (counter.unit === "agents") return "agents";
  if (isLongestWait(counter) || NOW.includes(counter.name)) return "now";
  if (counter.name === "calls" || counter.name.startsWith("calls_")) return "calls";
  if (counter.name.startsWith("service_level_")) return "variants";
  if (DIRECT.includes(counter.name) || counter.name.startsWith("direct_"))
    return "direct";
  return MINOR.includes(counter.name) ? "minor" : "today";
}

/** The total: what is now in large figures, then today, then the agents. */
export function Total(props: BoardProps) {
  const total = props.board.queues.find((each) => each.queue === TOTAL);
  if (!total) return null;
  const tiles = (group: Group, title: string) => (
    <Tiles {...props} queue={total} group={group} title={title} />
  );
  return (
    <section class="total" aria-label={t("wallboard.all_queues")}>
      {tiles("now", t("wallboard.now"))}
      {tiles("today", t("wallboard.today"))}
      {differ(total) && tiles("calls", t("wallboard.today_by_call_since_its"))}
      {total.values.direct
        ? tiles("direct", t("wallboard.today_without_a_queue"))
        : null}
      {tiles("minor", t("wallboard.also_today"))}
      {tiles("agents", t("wallboard.agents"))}
      {props.board.counters.some((each) => groupOf(each) === "variants") && (
        <details>
          <summary>{t("wallboard.service_level_in_seven_formulas")}</summary>
          {tiles("variants", t("wallboard.service_level_by_formula"))}
        </details>
      )}
    </section>
  );
}

/** While no call visited two queues the figures by call equal those by visit. */
function differ({ values }: QueueCounters): boolean {
  return (values.offered ?? 0) !== (values.calls ?? 0);
}

/** How a queue is called on the board. */
export function labelOf(
  board: Pick<WallboardSnapshot, "queues">,
  queue: string,
): string {
  return board.queues.find((each) => each.queue === queue)?.label || queue;
}

/** Lines whose calls count in the queue in which they ring. */
export function LinesWithoutQueues({ lines }: { lines: string[] }) {
  if (lines.length === 0) return null;
  return (
    <p class="muted lines-without-queues">
      {t("wallboard.lines_without_queues", {
        n: lines.length,
        lines: lines.join(", "),
      })}
    </p>
  );
}

/** Is it the variant by which this centre counts? */
function isOwn({ name, formula }: CounterDef, all: CounterDef[]): boolean {
  const own = all.find((each) => each.name === "service_level");
  return name.startsWith("service_level_") && !!own && formula.startsWith(own.formula);
}

function ownFirst(counters: CounterDef[], all: CounterDef[]): CounterDef[] {
  const own = counters.filter((each) => isOwn(each, all));
  return [...own, ...counters.filter((each) => !own.includes(each))];
}

interface TilesProps extends BoardProps {
  queue: QueueCounters;
  group: Group;
  title: string;
  /** Figures that no one can point at: those on the wall. */
  far?: boolean;
}

export function Tiles(props: TilesProps) {
  const { board, queue, group, title, formulas } = props;
  const counters = ownFirst(
    board.counters.filter((each) => groupOf(each) === group),
    board.counters,
  );
  if (counters.length === 0) return null;
  return (
    <div class="tile-group" data-group={group}>
      <h2>{title}</h2>
      <dl class="tiles">
        {counters.map((counter) => (
          <div
            class="tile"
            key={counter.name}
            data-tone={toneOf(counter, queue)}
            data-alert={alertOn(board, queue.queue, counter.name)}
          >
            <dt title={counter.formula}>{counter.label}</dt>
            <dd>
              <span class="figure">
                {props.far ? (
                  <Figure {...props} counter={counter} queue={queue} />
                ) : (
                  <Opened {...props} counter={counter} queue={queue}>
                    <Figure {...props} counter={counter} queue={queue} />
                  </Opened>
                )}
              </span>
              <AlertWord level={alertOn(board, queue.queue, counter.name)} />
              {isOwn(counter, board.counters) && (
                <mark>{t("wallboard.this_centres")}</mark>
              )}
              {formulas && <span class="formula">{counter.formula}</span>}
            </dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

const FILTER_FROM = 8; // queues
const RARE: Group[] = ["minor", "calls", "direct", "variants"];

interface QueuesProps extends BoardProps {
  preferences: Preferences;
  change: Change;
}

/** Each queue in a line; the rarer numbers in a table of their own, folded away. */
export function Queues(props: QueuesProps) {
  const { board, preferences, change } = props;
  const [filter, setFilter] = useState("");
  const all = board.queues.filter((each) => each.queue !== TOTAL);
  if (all.length === 0) {
    return <p class="muted no-queue">{t("wallboard.no_queue_yet")}</p>;
  }
  const counters = board.counters.filter((counter) =>
    all.some((queue) => counter.name in queue.values),
  );
  const usual = (each: CounterDef) => !RARE.includes(groupOf(each));
  const major = shownColumns(counters, preferences.columns, usual);
  const minor = counters.filter((each) => !usual(each) && !major.includes(each));
  const queues = shownQueues(all, filter, preferences.sort);
  return (
    <section class="queues" aria-label={t("wallboard.queues")}>
      <div class="queue-tools">
        {all.length >= FILTER_FROM && (
          <input
            type="search"
            aria-label={t("wallboard.only_queues_with")}
            placeholder={t("wallboard.only_queues_with_2")}
            value={filter}
            onInput={(event) => setFilter(event.currentTarget.value)}
          />
        )}
        <Columns {...{ counters, major, change }} isUsual={!preferences.columns} />
      </div>
      <QueueTable {...props} queues={queues} counters={major} />
      {queues.length === 0 && (
        <p class="muted">{t("wallboard.no_queue_has_this_in")}</p>
      )}
      {minor.length > 0 && (
        <details>
          <summary>{t("wallboard.also_today_by_queue")}</summary>
          <QueueTable {...props} queues={queues} counters={minor} />
        </details>
      )}
    </section>
  );
}

interface ColumnsProps {
  counters: CounterDef[];
  major: CounterDef[];
  isUsual: boolean;
  change: Change;
}

function Columns({ counters, major, isUsual, change }: ColumnsProps) {
  return (
    <details class="columns">
      <summary>{t("wallboard.columns")}</summary>
      <fieldset>
        <legend class="hidden">{t("wallboard.numbers_by_queue")}</legend>
        {counters.map((each) => (
          <label key={each.name} title={each.formula}>
            <input
              type="checkbox"
              checked={major.includes(each)}
              onChange={() => change({ columns: toggled(major, each.name) })}
            />
            {each.label}
          </label>
        ))}
        <button
          type="button"
          disabled={isUsual}
          onClick={() => change({ columns: null })}
        >
          {t("wallboard.the_usual_ones")}
        </button>
      </fieldset>
    </details>
  );
}

interface QueueTableProps extends QueuesProps {
  queues: QueueCounters[];
  counters: CounterDef[];
  /** What a row is. */
  of?: string;
}

export function QueueTable(props: QueueTableProps) {
  const { board, queues, counters, of = t("wallboard.queue") } = props;
  return (
    <table>
      <thead>
        <tr>
          <SortedBy {...props} by="" label={of} />
          {counters.map((counter) => (
            <SortedBy
              {...props}
              key={counter.name}
              by={counter.name}
              label={counter.label}
              formula={counter.formula}
            />
          ))}
        </tr>
      </thead>
      <tbody>
        {queues.map((queue) => (
          <tr key={queue.queue}>
            <th scope="row">
              <bdi>{queue.label || queue.queue}</bdi>
            </th>
            {counters.map((counter) => (
              <td
                key={counter.name}
                data-label={counter.label}
                data-tone={toneOf(counter, queue)}
                data-alert={alertOn(board, queue.queue, counter.name)}
              >
                <Opened {...props} counter={counter} queue={queue}>
                  <Figure {...props} counter={counter} queue={queue} />
                </Opened>
                <AlertWord level={alertOn(board, queue.queue, counter.name)} />
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

interface SortedByProps extends Pick<QueuesProps, "preferences" | "change"> {
  by: string;
  label: string;
  formula?: string;
}

function SortedBy({ preferences, change, by, label, formula }: SortedByProps) {
  const sort = preferences.sort?.by === by ? preferences.sort : null;
  const order = sort === null ? "none" : sort.down ? "descending" : "ascending";
  return (
    <th scope="col" title={formula} aria-sort={order}>
      <button
        type="button"
        class="sort"
        onClick={() => change({ sort: pressed(preferences.sort, by) })}
      >
        {label}
        <span aria-hidden="true">{sort === null ? "" : sort.down ? " ↓" : " ↑"}</span>
      </button>
    </th>
  );
}

/** Every number's formula in words, always on the page. */
export function Formulas({ counters }: { counters: CounterDef[] }) {
  return (
    <details class="formulas" open>
      <summary>{t("wallboard.how_each_number_is_counted")}</summary>
      <dl>
        {counters.map((counter) => (
          <div key={counter.name}>
            <dt>{counter.label}</dt>
            <dd>{counter.formula}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

interface FigureProps extends BoardProps {
  counter: CounterDef;
  queue: QueueCounters;
}

/** What an average or a share is taken of, and what of that is left out. */
const TAKEN_OF: Record<string, [of: string, without?: string]> = {
  team_average_handle_time_s: ["team_answered"],
  average_speed_of_answer_s: ["answered"],
  average_handle_time_s: ["handled"],
  abandon_rate: ["offered", "short_abandoned"],
  calls_average_speed_of_answer_s: ["calls_answered"],
  calls_abandon_rate: ["calls", "calls_short_abandoned"],
  direct_average_speed_of_answer_s: ["direct_answered"],
  direct_abandon_rate: ["direct", "direct_short_abandoned"],
};

/** An average or a share of nothing is a dash, although the frame says 0. */
export function takenOfNothing(name: string, values: QueueCounters["values"]): boolean {
  const [of, without = ""] = TAKEN_OF[name] ?? [];
  return of !== undefined && (values[of] ?? 0) - (values[without] ?? 0) <= 0;
}

const PACE = ["average_handle_time_s", "team_average_handle_time_s"];

/** Calls were handled, and their time is left out: it would be that of one person. */
export function isHidden(name: string, values: QueueCounters["values"]): boolean {
  const [of = ""] = TAKEN_OF[name] ?? [];
  return PACE.includes(name) && values[name] === undefined && (values[of] ?? 0) > 0;
}

function TooFew() {
  const why = t("wallboard.not_shown_so_few_agents");
  return (
    <>
      –{" "}
      <small title={t("wallboard.privacy_group_min", { why })}>
        {t("wallboard.too_few_agents")}
      </small>
    </>
  );
}

export function Figure(props: FigureProps) {
  const { counter, queue, formats } = props;
  if (isLongestWait(counter)) return <LongestWait {...props} />;
  if (takenOfNothing(counter.name, queue.values)) return <>–</>;
  if (isHidden(counter.name, queue.values)) return <TooFew />;
  return <>{figureText(counter, queue.values[counter.name], formats)}</>;
}

export function figureText(
  counter: CounterDef,
  value: number | undefined,
  formats: Formats,
): string {
  if (value === undefined) return "–";
  if (counter.unit === "seconds") return averageDuration(value);
  return counter.unit === "ratio" ? formats.percent(value) : formats.count(value);
}

/** Counts up by itself: the service sends a frame only when something changes. */
function LongestWait({ queue, board, skewMs, live }: FigureProps) {
  const now = useBoardNow(board, skewMs, live);
  if (!queue.oldest_waiting_at) return <>–</>;
  return <>{duration((now - Date.parse(queue.oldest_waiting_at)) / 1000)}</>;
}

export function toneOf(counter: CounterDef, queue: QueueCounters): string {
  const value = queue.values[counter.name] ?? 0;
  if (isLongestWait(counter)) return queue.oldest_waiting_at ? "busy" : "zero";
  if (value === 0) return "zero";
  return counter.name === "waiting" ? "busy" : "";
}
