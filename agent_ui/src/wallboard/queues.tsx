// How many calls wait, ring and talk, and how did today go?

import { useNow } from "../shared/clock";
import { duration, type Formats } from "../shared/format";
import type { CounterDef, QueueCounters, WallboardSnapshot } from "../wire/frames";

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

/** The moment that the figures on show speak of. */
export function useBoardNow(board: WallboardSnapshot, skewMs: number, live: boolean) {
  const now = useNow();
  return live ? now + skewMs : Date.parse(board.at);
}

/** The total in large figures, one tile per number. */
export function Total(props: BoardProps) {
  const { board, formulas } = props;
  const total = board.queues.find((each) => each.queue === TOTAL);
  if (!total) return null;
  return (
    <section class="tiles" aria-label="All queues">
      {board.counters.map((counter) => (
        <div class="tile" key={counter.name} data-tone={toneOf(counter, total)}>
          <h2 title={counter.formula}>{counter.label}</h2>
          <p class="figure">
            <Figure {...props} counter={counter} queue={total} />
          </p>
          {formulas && <p class="formula">{counter.formula}</p>}
        </div>
      ))}
    </section>
  );
}

export function QueueTable(props: BoardProps) {
  const { board } = props;
  const queues = board.queues.filter((each) => each.queue !== TOTAL);
  if (queues.length === 0) return null;
  return (
    <section class="queues" aria-label="Queues">
      <table>
        <thead>
          <tr>
            <th scope="col">Queue</th>
            {board.counters.map((counter) => (
              <th scope="col" key={counter.name} title={counter.formula}>
                {counter.label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {queues.map((queue) => (
            <tr key={queue.queue}>
              <th scope="row" dir="auto">
                {queue.label || queue.queue}
              </th>
              {board.counters.map((counter) => (
                <td
                  key={counter.name}
                  data-label={counter.label}
                  data-tone={toneOf(counter, queue)}
                >
                  <Figure {...props} counter={counter} queue={queue} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** Every number's formula in words, always on the page. */
export function Formulas({ counters }: { counters: CounterDef[] }) {
  return (
    <details class="formulas" open>
      <summary>How each number is counted</summary>
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

function Figure(props: FigureProps) {
  const { counter, queue, formats } = props;
  if (isLongestWait(counter)) return <LongestWait {...props} />;
  return <>{figureText(counter, queue.values[counter.name], formats)}</>;
}

export function figureText(
  counter: CounterDef,
  value: number | undefined,
  formats: Formats,
): string {
  if (value === undefined) return "–";
  if (counter.unit === "seconds") return duration(value);
  return counter.unit === "ratio" ? formats.percent(value) : formats.number(value);
}

/** Counts up by itself: the service sends a frame only when something changes. */
function LongestWait({ queue, board, skewMs, live }: FigureProps) {
  const now = useBoardNow(board, skewMs, live);
  if (!queue.oldest_waiting_at) return <>–</>;
  return <>{duration((now - Date.parse(queue.oldest_waiting_at)) / 1000)}</>;
}

function toneOf(counter: CounterDef, queue: QueueCounters): string {
  const value = queue.values[counter.name] ?? 0;
  if (isLongestWait(counter)) return queue.oldest_waiting_at ? "busy" : "";
  if (value === 0) return "zero";
  return counter.name === "waiting" ? "busy" : "";
}
