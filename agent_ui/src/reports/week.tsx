// At which hours of the week do calls come?

import { useState } from "preact/hooks";
import { t } from "../i18n/words";
import { FileButtons } from "../shared/csv_button";
import { useReading } from "../shared/reading";
import { Waiting } from "../shared/waiting";
import type { Counter, HourCell, Hours } from "./answers";
import { rangeQuery } from "./choice";
import type { ViewProps } from "./view";
import {
  addDays,
  dayOf,
  dayWords,
  hasCalls,
  hourWords,
  opens,
  shown,
  weekdayName,
} from "./words";

const WEEKDAYS = [0, 1, 2, 3, 4, 5, 6];
export const NUMBERS = [
  "offered",
  "answered",
  "abandoned",
  "service_level",
  "average_speed_of_answer_s",
  "average_handle_time_s",
  "occupancy",
  "abandon_rate",
];
/** The rows of a week without calls. */
const OFFICE_HOURS = [8, 9, 10, 11, 12, 13, 14, 15, 16, 17];
/** Beyond, a text on the colour would be hard to read. */
const STRONGEST = 0.45;

export function Week(props: ViewProps & { counters: Counter[] }) {
  const { choice, from, to, counters, change, onExpired } = props;
  const number = counters.find((each) => each.name === choice.number) ?? counters[0];
  const path = `/v1/stats/hours?${rangeQuery(choice, from, to)}&number=${choice.number}`;
  const hours = useReading<Hours>(path, onExpired);
  if (!hours.answer || !number) return <Waiting reading={hours} />;
  return (
    <section class="reports-wide week">
      <h2>{t("reports.by_hour_and_weekday", { label: number.label })}</h2>
      <p class="week-tools">
        <label>
          <span>{t("reports.number")}</span>
          <select
            value={choice.number}
            onChange={(event) => change({ number: event.currentTarget.value })}
          >
            {NUMBERS.map((name) => (
              <option key={name} value={name}>
                {counters.find((each) => each.name === name)?.label ?? name}
              </option>
            ))}
          </select>
        </label>
        <FileButtons path={path} name={`hours-${choice.number}.csv`} />
        <span class="muted">
          {number.unit === "calls"
            ? t("reports.mean_of_an_hour_open")
            : hasCalls(number.name) && t("reports.of_the_calls_of_all")}
        </span>
      </p>
      {hours.trouble && <p role="alert">{hours.trouble}</p>}
      <Grid {...props} cells={hours.answer.cells} number={number} />
    </section>
  );
}

interface GridProps extends ViewProps {
  cells: HourCell[];
  number: Counter;
}

function Grid(props: GridProps) {
  const { cells, number } = props;
  const [chosen, choose] = useState<string | null>(null);
  const busy = busyHours(cells);
  const hours = busy.length > 0 ? busy : OFFICE_HOURS;
  const most = Math.max(...cells.map((cell) => cell.value ?? 0), 0);
  const at = new Map(cells.map((cell) => [`${cell.weekday} ${cell.hour}`, cell]));
  const open = chosen === null ? undefined : at.get(chosen);
  return (
    <div class="week-box">
      <table class="heat">
        <thead>
          <tr>
            <th scope="col">{t("reports.hour")}</th>
            {WEEKDAYS.map((day) => (
              <th key={day} scope="col">
                {weekdayName(day)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {hours.map((hour) => (
            <tr key={hour}>
              <th scope="row">{hourWords(hour)}</th>
              {WEEKDAYS.map((day) => (
                <HeatCell
                  key={day}
                  cell={at.get(`${day} ${hour}`)}
                  number={number}
                  most={most}
                  isOpen={chosen === `${day} ${hour}`}
                  onOpen={() => choose(`${day} ${hour}`)}
                />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {busy.length === 0 && (
        <p class="week-parts">{t("reports.no_calls_in_this_time_3")}</p>
      )}
      {open ? (
        <CellParts {...props} cell={open} />
      ) : (
        busy.length > 0 && (
          <p class="muted week-parts">{t("reports.choose_a_cell_to_see")}</p>
        )
      )}
    </div>
  );
}

/** From the first to the last hour in which a call came. */
export function busyHours(cells: HourCell[]): number[] {
  const busy = cells.filter((cell) => (cell.value ?? 0) > 0).map((cell) => cell.hour);
  if (busy.length === 0) return [];
  const first = Math.min(...busy);
  return Array.from({ length: Math.max(...busy) - first + 1 }, (_, n) => first + n);
}

interface HeatCellProps {
  cell: HourCell | undefined;
  number: Counter;
  most: number;
  isOpen: boolean;
  onOpen(): void;
}

function HeatCell({ cell, number, most, isOpen, onOpen }: HeatCellProps) {
  const value = cell?.value ?? null;
  const heat = value === null || most <= 0 ? 0 : (value / most) * STRONGEST;
  return (
    <td>
      <button
        type="button"
        aria-pressed={isOpen}
        style={{ "--heat": `${Math.round(heat * 100)}%` }}
        onClick={onOpen}
      >
        {shown(value, number.unit)}
      </button>
    </td>
  );
}

function CellParts(props: GridProps & { cell: HourCell }) {
  const { cell, number, onOpen } = props;
  const next = (start: string) => {
    const at = new Date(Date.parse(start) + 3_600_000).toISOString();
    return `${at.slice(0, 19)}+00:00`;
  };
  return (
    <div class="week-parts" role="status">
      <h3>
        {t("reports.is_made_of", {
          weekday: weekdayName(cell.weekday),
          hour: hourWords(cell.hour),
        })}
      </h3>
      <ul>
        {cell.intervals.map(({ start, value }) => (
          <li key={start}>
            <span>{dayWords(dayOf(start))}</span>
            {opens(value, number.unit, number.name) ? (
              <button
                type="button"
                class="link"
                onClick={() => onOpen([number.name], start, next(start))}
              >
                {shown(value, number.unit)}
              </button>
            ) : (
              <span>{shown(value, number.unit)}</span>
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}

/** Four whole weeks until yesterday: a day that goes on would look quiet. */
export function weekRange(today: string): [from: string, to: string] {
  return [addDays(today, -28), addDays(today, -1)];
}
