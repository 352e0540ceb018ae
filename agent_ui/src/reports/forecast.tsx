// How many calls will come, and which agents do they need?

import { useMemo } from "preact/hooks";
import { useReading } from "../shared/reading";
import { Waiting } from "../shared/waiting";
import type { Forecast, IfFewer, MadeForecast, TooShort } from "./answers";
import { type Choice, forecastQuery } from "./choice";
import {
  DayCharts,
  daysOf,
  type ForecastDay,
  type MadeProps,
  planWords,
} from "./forecast_day";
import { GoalsForm } from "./goals";
import type { ViewProps } from "./view";
import {
  ageWords,
  clock,
  clockWords,
  dayOf,
  dayWords,
  momentIn,
  NONE,
  shown,
} from "./words";

const AGAIN_MS = 300_000;

export function Planning(props: ViewProps) {
  const { choice, onExpired } = props;
  const path = `/v1/forecast?${forecastQuery(choice)}`;
  const found = useReading<Forecast>(path, onExpired, AGAIN_MS);
  const answer = found.answer;
  return (
    <>
      <GoalsForm {...props} forecast={answer} />
      {found.busy && (
        <p class="muted reports-wide" role="status">
          Computing the forecast. This takes some seconds…
        </p>
      )}
      {answer && found.trouble && (
        <p class="banner" role="alert">
          {`Stale: made at ${momentIn(answer.made_at, answer.time_zone)}. ${found.trouble}`}
        </p>
      )}
      {answer === null && !found.busy && <Waiting reading={found} />}
      {answer?.state === "too_short" && <TooLittle answer={answer} />}
      {answer?.state === "made" && <Made {...props} forecast={answer} />}
    </>
  );
}

function TooLittle({ answer }: { answer: TooShort }) {
  return (
    <section class="reports-wide">
      <h2>Not enough history for a forecast yet</h2>
      <p>{`${answer.message.charAt(0).toUpperCase()}${answer.message.slice(1)}`}</p>
      <p>{answer.remedy}</p>
      <p class="muted">
        {`A forecast needs ${answer.days_needed} days of calls: it learns weekdays, and is tried on weeks it has not seen.`}
      </p>
    </section>
  );
}

function Made(props: MadeProps) {
  const { forecast, choice } = props;
  const days = useMemo(() => daysOf(forecast).slice(0, forecast.days), [forecast]);
  const wanted = choice.day ?? dayOf(forecast.as_of);
  const day = days.find((each) => each.day === wanted) ?? days[0];
  return (
    <>
      <p class="muted reports-wide">
        {`Made ${ageWords(forecast.age_s)}, with the calls until ${clockWords(forecast.as_of)}. ${forecast.staffing.words}`}
      </p>
      {forecast.if_fewer && <Lunch {...props} fewer={forecast.if_fewer} />}
      <Days {...props} days={days} day={day} />
      {day && <DayCharts {...props} day={day} />}
      <Quality forecast={forecast} />
    </>
  );
}

interface DaysProps extends MadeProps {
  days: ForecastDay[];
  day: ForecastDay | undefined;
}

function Days({ days, day, change, forecast, today }: DaysProps) {
  return (
    <fieldset class="forecast-days reports-wide">
      <legend class="hidden">Day</legend>
      {days.map((each) => {
        return (
          <button
            type="button"
            key={each.day}
            aria-pressed={each === day}
            onClick={() => change({ day: each.day })}
          >
            <strong>{each.day === today ? "Today" : dayWords(each.day)}</strong>
            <small>{planWords(each, forecast)}</small>
          </button>
        );
      })}
    </fieldset>
  );
}

const WHOSE: Record<IfFewer["agents_are"], string> = {
  asked: "as entered above",
  at_their_telephones: "at their telephones, as on the wallboard",
  needed: "as many as are needed now; enter how many there are",
};

/** If two go to lunch now: service level by 15:00. */
function Lunch({ choice, change, fewer, forecast }: MadeProps & { fewer: IfFewer }) {
  const until = fewer.ends.find((end) => clock(end) === choice.until);
  const place = until ? fewer.ends.indexOf(until) : defaultEnd(fewer.ends);
  const away = fewer.away[Math.min(choice.away, fewer.away.length - 1)];
  const level = (row: IfFewer["away"][number] | undefined, whole: boolean) =>
    shown((whole ? row?.whole_day : row?.from_now)?.[place] ?? null, "ratio");
  const patch = (part: Partial<Choice>) => change(part);
  return (
    <section class="lunch reports-wide">
      <h2>If some are away from now on</h2>
      <p class="lunch-question">
        <label>
          <span>If</span>
          <select
            aria-label="Agents who leave"
            value={away?.away}
            onChange={(event) => patch({ away: Number(event.currentTarget.value) })}
          >
            {fewer.away.map((each) => (
              <option key={each.away} value={each.away}>
                {each.away}
              </option>
            ))}
          </select>
        </label>
        <label>
          <span>{`of ${fewer.agents} leave now: service level by`}</span>
          <select
            aria-label="Until"
            value={clock(fewer.ends[place] ?? "")}
            onChange={(event) => patch({ until: event.currentTarget.value })}
          >
            {fewer.ends.map((end) => (
              <option key={end} value={clock(end)}>
                {clockWords(end)}
              </option>
            ))}
          </select>
        </label>
        <strong>{level(away, false)}</strong>
        <span class="muted">
          {`from now; ${level(away, true)} of the whole day. With all: ${level(fewer.away[0], false)} and ${level(fewer.away[0], true)}.`}
        </span>
      </p>
      <p class="muted">
        {`Answered within ${forecast.goals.within_s} s ÷ all callers. ${fewer.agents} agents: ${WHOSE[fewer.agents_are]}. So far today ${fewer.so_far.answered_within} of ${fewer.so_far.calls} in time.`}
      </p>
    </section>
  );
}

/** Three hours from now, or the end of the day. */
function defaultEnd(ends: string[]): number {
  const [first = ""] = ends;
  const wanted = Date.parse(first) + 3 * 3_600_000;
  const found = ends.findIndex((end) => Date.parse(end) >= wanted);
  return found < 0 ? ends.length - 1 : found;
}

function Quality({ forecast }: { forecast: MadeForecast }) {
  const error = (value: number) => shown(value, "ratio");
  return (
    <section class="reports-wide">
      <h2>How good is it?</h2>
      <p>
        {`Used: ${forecast.method}, the smallest error on ${forecast.weeks_held_back} weeks that were held back and planned without them.`}
        {forecast.coverage !== null &&
          ` The bands held ${error(forecast.coverage)} of those intervals.`}
      </p>
      <table class="errors">
        <thead>
          <tr>
            <th scope="col">Method</th>
            <th scope="col">Error by interval</th>
            <th scope="col">Error by day</th>
            <th scope="col">Bias</th>
          </tr>
        </thead>
        <tbody>
          {forecast.errors.map((each) => (
            <tr key={each.method} data-used={each.method === forecast.method}>
              <th scope="row">
                {each.method}
                {each.is_baseline && <small>baseline</small>}
                {each.method === forecast.method && <small>used</small>}
              </th>
              <td>{error(each.wape)}</td>
              <td>{error(each.day_wape)}</td>
              <td>{`${each.bias > 0 ? "+" : ""}${error(each.bias)}`}</td>
            </tr>
          ))}
          <tr>
            <th scope="row">Chance alone</th>
            <td>{error(forecast.poisson_floor)}</td>
            <td>{NONE}</td>
            <td>{NONE}</td>
          </tr>
        </tbody>
      </table>
      <h3>What counts as an error</h3>
      <ul class="insight-steps">
        {forecast.charged.map((each) => (
          <li key={each}>{each}</li>
        ))}
      </ul>
    </section>
  );
}
