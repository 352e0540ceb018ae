// Which alerts were open in these days, for how long, and who has seen them?

import { useState } from "preact/hooks";
import { placeLabel } from "../i18n/labels";
import { said } from "../i18n/said";
import { t, textsOf } from "../i18n/words";
import { Refused, read } from "../shared/api";
import { ColumnHeads } from "../shared/column_heads";
import { FileButtons } from "../shared/csv_button";
import { duration, viewerFormats } from "../shared/format";
import { useReading } from "../shared/reading";
import { Waiting } from "../shared/waiting";
import type { PastAlert, PastAlerts } from "./answers";
import { alertsQuery } from "./choice";
import type { ViewProps } from "./view";
import { countOf, momentIn, NONE, shown } from "./words";

const LEVELS = textsOf({
  critical: "reports.critical",
  warning: "reports.warning",
});

export function Alerts({ choice, change, from, to, onExpired }: ViewProps) {
  const path = `/v1/alerts?${alertsQuery(choice, from, to)}`;
  const reading = useReading<PastAlerts>(path, onExpired);
  const { answer, trouble } = reading;
  if (!answer) return <Waiting reading={reading} />;
  return (
    <section class="reports-wide past-alerts" aria-busy={reading.busy}>
      <header class="reports-days">
        <h2>{t("reports.alerts")}</h2>
        <label>
          <span>{t("reports.rule")}</span>
          <select
            value={choice.rule ?? ""}
            onChange={(event) => change({ rule: event.currentTarget.value || null })}
          >
            <option value="">{t("reports.all_rules")}</option>
            {rulesIn(answer, choice.rule).map(({ name, label }) => (
              <option key={name} value={name}>
                {said(label)}
              </option>
            ))}
          </select>
        </label>
        <FileButtons path={path} name="alerts.csv" />
      </header>
      {trouble && <p role="alert">{trouble}</p>}
      <p class="muted">{countWords(answer)}</p>
      {answer.alerts.length > 0 && <AlertTable found={answer} />}
      <Older key={path} path={path} first={answer} onExpired={onExpired} />
    </section>
  );
}

interface OlderProps {
  path: string;
  first: PastAlerts;
  onExpired(): void;
}

/** What the store has beyond the first page, a page at a time. */
function Older({ path, first, onExpired }: OlderProps) {
  const [alerts, setAlerts] = useState<PastAlert[]>([]);
  const [before, setBefore] = useState(first.before ?? null);
  const [trouble, setTrouble] = useState("");
  const more = async (cursor: string) => {
    try {
      const from = `&before=${encodeURIComponent(cursor)}`;
      const answer = await read<PastAlerts>(`${path}${from}`);
      setAlerts([...alerts, ...answer.alerts]);
      setBefore(answer.before ?? null);
      setTrouble("");
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (error.status === 401) onExpired();
      setTrouble(`${error.message} ${error.remedy}`.trim());
    }
  };
  const length = first.alerts.length + alerts.length;
  return (
    <>
      {alerts.length > 0 && <AlertTable found={{ ...first, alerts }} />}
      {trouble && <p role="alert">{trouble}</p>}
      {before && (
        <button type="button" onClick={() => more(before)}>
          {t("reports.more_than_these", { count_of: countOf(length) })}
        </button>
      )}
    </>
  );
}

/** The chosen one is there even when nothing is known of it any more. */
function rulesIn({ rules }: PastAlerts, chosen: string | null) {
  const missing = chosen !== null && rules.every(({ name }) => name !== chosen);
  return missing ? [...rules, { name: chosen, label: chosen }] : rules;
}

function countWords({ alerts, found, known_since, time_zone, watched }: PastAlerts) {
  const words = [];
  if (found === 0 && watched === 0) words.push(t("reports.no_alert_was_open_in"));
  else if (found === 0) words.push(t("reports.no_alert_was_open_in_2"));
  else if (found > alerts.length)
    words.push(
      t("reports.of_alerts_choose_fewer_days", {
        length: countOf(alerts.length),
        found: countOf(found),
      }),
    );
  else words.push(t("reports.n_alerts", { n: found }));
  if (known_since !== null)
    words.push(
      t("reports.alerts_that_closed_before_are", {
        known_since: momentIn(known_since, time_zone),
      }),
    );
  return words.join(" ");
}

const COLUMNS = () => [
  t("reports.alert"),
  t("reports.opened"),
  t("reports.value"),
  t("reports.became_critical"),
  t("reports.open_for"),
  t("reports.closed"),
  t("reports.seen"),
];

function AlertTable({ found }: { found: PastAlerts }) {
  const { alerts, at, time_zone } = found;
  return (
    <table class="by-block">
      <caption class="hidden">{t("reports.alerts_the_open_ones_first")}</caption>
      <ColumnHeads names={COLUMNS()} />
      <tbody>
        {alerts.map((alert) => (
          <AlertRow key={alert.id} alert={alert} at={at} zone={time_zone} />
        ))}
      </tbody>
    </table>
  );
}

function AlertRow({ alert, at, zone }: { alert: PastAlert; at: string; zone: string }) {
  const { closed_at, raised_at, acknowledged_at, acknowledged_by } = alert;
  const until = Date.parse(closed_at ?? at);
  const openFor = duration((until - Date.parse(alert.opened_at)) / 1000);
  const moment = (iso: string | null) => (iso === null ? NONE : momentIn(iso, zone));
  return (
    <tr data-level={alert.level}>
      <th scope="row">
        <span class="level">{LEVELS[alert.level]}</span> <bdi>{said(alert.label)}</bdi>
        {alert.subject && (
          <>
            {", "}
            <bdi>{placeLabel(alert.subject_label)}</bdi>
          </>
        )}
        {alert.number_label !== alert.label && (
          <small class="muted">{said(alert.number_label)}</small>
        )}
      </th>
      <td data-label={t("reports.opened")}>{moment(alert.opened_at)}</td>
      <td data-label={t("reports.value")}>{valueWords(alert.value, alert)}</td>
      <td data-label={t("reports.became_critical")}>{moment(raised_at)}</td>
      <td data-label={t("reports.open_for")}>{openFor}</td>
      <td data-label={t("reports.closed")}>
        {closed_at === null ? (
          <strong>{t("reports.still_open")}</strong>
        ) : (
          moment(closed_at)
        )}
        <ClosedNote alert={alert} />
      </td>
      <td data-label={t("reports.seen")}>
        {acknowledged_by === null ? NONE : <bdi>{acknowledged_by}</bdi>}
        {acknowledged_at !== null && (
          <small class="muted">{moment(acknowledged_at)}</small>
        )}
      </td>
    </tr>
  );
}

/** At what number, or why else. */
function ClosedNote({ alert }: { alert: PastAlert }) {
  const { closed_why, value_closed, unit } = alert;
  if (closed_why !== null) return <small class="muted">{said(closed_why)}</small>;
  if (value_closed === null || unit === "failing") return null;
  return (
    <small class="muted">
      {t("reports.at_value", { value: valueWords(value_closed, alert) })}
    </small>
  );
}

/** `0:45`, `4.2s`, `12%`, `8 usual gaps`. */
export function valueWords(
  value: number | null,
  { unit }: Pick<PastAlert, "unit">,
): string {
  if (value === null) return NONE;
  if (unit === "failing") return t("reports.no_answer");
  if (unit === "gaps")
    return t("reports.usual_gaps", { count_of: countOf(Math.round(value)) });
  if (unit === "seconds" && value < 10) return viewerFormats().seconds(value);
  return shown(value, unit ?? "calls");
}
