// How many calls will come, and which agents do they need?

import { useMemo } from "preact/hooks";
import { said } from "../i18n/said";
import { t, textsOf } from "../i18n/words";
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
          {t("reports.computing_the_forecast_this_takes")}
        </p>
      )}
      {answer && found.trouble && (
        <p class="banner" role="alert">
          {t("reports.stale_made_at", {
            made_at: momentIn(answer.made_at, answer.time_zone),
            trouble: found.trouble,
          })}
        </p>
      )}
      {answer === null && !found.busy && <Waiting reading={found} />}
      {answer?.state === "too_short" && <TooLittle answer={answer} />}
      {answer?.state === "made" && <Made {...props} forecast={answer} />}
    </>
  );
}

function capital(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

function TooLittle({ answer }: { answer: TooShort }) {
  return (
    <section class="reports-wide">
      <h2>{t("reports.not_enough_history_for_a")}</h2>
      <p>{capital(said(answer.message))}</p>
      <p>{said(answer.remedy)}</p>
      <p class="muted">
        {t("reports.a_forecast_needs_days_of", { n: answer.days_needed })}
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
        {t("reports.made_with_the_calls_until", {
          age_s: ageWords(forecast.age_s),
          as_of: clockWords(forecast.as_of),
          words: said(forecast.staffing.words),
        })}
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
      <legend class="hidden">{t("reports.day")}</legend>
      {days.map((each) => {
        return (
          <button
            type="button"
            key={each.day}
            aria-pressed={each === day}
            onClick={() => change({ day: each.day })}
          >
            <strong>
              {each.day === today ? t("reports.today") : dayWords(each.day)}
            </strong>
            <small>{planWords(each, forecast)}</small>
          </button>
        );
      })}
    </fieldset>
  );
}

const WHOSE: Record<IfFewer["agents_are"], string> = textsOf({
  asked: "reports.as_entered_above",
  at_their_telephones: "reports.at_their_telephones_as_on",
  needed: "reports.as_many_as_are_needed",
});

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
      <h2>{t("reports.if_some_are_away_from")}</h2>
      <p class="lunch-question">
        <label>
          <span>{t("reports.if")}</span>
          <select
            aria-label={t("reports.agents_who_leave")}
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
          <span>
            {t("reports.of_leave_now_service_level", { agents: fewer.agents })}
          </span>
          <select
            aria-label={t("reports.until")}
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
          {t("reports.from_now_of_the_whole", {
            away: level(away, true),
            value: level(fewer.away[0], false),
            value2: level(fewer.away[0], true),
          })}
        </span>
      </p>
      <p class="muted">
        {t("reports.answered_within_s_all_callers", {
          within_s: forecast.goals.within_s,
          agents: fewer.agents,
          value: WHOSE[fewer.agents_are],
          answered_within: fewer.so_far.answered_within,
          calls: fewer.so_far.calls,
        })}
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
    <section class="reports-wide quality">
      <h2>{t("reports.how_good_is_it")}</h2>
      <p>
        {t("reports.used_the_smallest_error_on", {
          method: said(forecast.method),
          weeks_held_back: forecast.weeks_held_back,
        })}
        {forecast.coverage !== null &&
          t("reports.the_bands_held_of_those", { coverage: error(forecast.coverage) })}
      </p>
      <div>
        <table class="errors">
          <thead>
            <tr>
              <th scope="col">{t("reports.method")}</th>
              <th scope="col">{t("reports.error_by_interval")}</th>
              <th scope="col">{t("reports.error_by_day")}</th>
              <th scope="col">{t("reports.bias")}</th>
            </tr>
          </thead>
          <tbody>
            {forecast.errors.map((each) => (
              <tr key={each.method} data-used={each.method === forecast.method}>
                <th scope="row">
                  {said(each.method)}
                  {each.is_baseline && <small>{t("reports.baseline")}</small>}
                  {each.method === forecast.method && (
                    <small>{t("reports.used")}</small>
                  )}
                </th>
                <td>{error(each.wape)}</td>
                <td>{error(each.day_wape)}</td>
                <td>{`${each.bias > 0 ? "+" : ""}${error(each.bias)}`}</td>
              </tr>
            ))}
            <tr>
              <th scope="row">{t("reports.chance_alone")}</th>
              <td>{error(forecast.poisson_floor)}</td>
              <td>{NONE}</td>
              <td>{NONE}</td>
            </tr>
          </tbody>
        </table>
        <section>
          <h3>{t("reports.what_counts_as_an_error")}</h3>
          <ul class="insight-steps">
            {forecast.charged.map((each) => (
              <li key={each}>{said(each)}</li>
            ))}
          </ul>
        </section>
      </div>
    </section>
  );
}
