// Which watched numbers are beyond their limits, and who has seen it?

import { useState } from "preact/hooks";
import { said } from "../i18n/said";
import { t } from "../i18n/words";
import { acknowledgeAlert, Refused } from "../shared/api";
import { useNow } from "../shared/clock";
import { duration, type Formats } from "../shared/format";
import type { AlertSeen, CounterDef, WallboardSnapshot } from "../wire/frames";
import { LEVELS } from "./level";
import { figureText, labelOf } from "./queues";

interface AlertsProps {
  board: WallboardSnapshot;
  csrf: string;
  skewMs: number;
  formats: Formats;
}

/** Nothing is shown while nothing is wrong. */
export function Alerts(props: AlertsProps) {
  const { board, csrf, skewMs, formats } = props;
  const now = useNow() + skewMs;
  const [trouble, setTrouble] = useState("");
  const seen = async (alert: AlertSeen) => {
    try {
      await acknowledgeAlert(alert.id, csrf);
      setTrouble("");
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      setTrouble(`${error.message} ${error.remedy}`);
    }
  };
  if (board.alerts.length === 0) return null;
  return (
    <section class="alerts" aria-label={t("wallboard.alerts")}>
      {trouble && (
        <p class="trouble" role="status">
          {trouble}
        </p>
      )}
      <ul>
        {board.alerts.map((alert) => (
          <li key={alert.id} data-level={alert.level}>
            <strong class="level">{LEVELS[alert.level]}</strong>
            <span class="what">
              <bdi>{said(alert.label)}</bdi>
              {alert.subject && (
                <>
                  {", "}
                  <bdi>{subjectOf(board, alert)}</bdi>
                </>
              )}
              <span class="muted">
                {t("wallboard.for_when_it_opened", {
                  duration: duration((now - Date.parse(alert.opened_at)) / 1000),
                  alert: valueText(alert, board.counters, formats),
                })}
              </span>
            </span>
            {alert.acknowledged_by ? (
              <span class="muted">
                {t("wallboard.seen_by")} <bdi>{alert.acknowledged_by}</bdi>
              </span>
            ) : (
              <button
                type="button"
                aria-label={t("wallboard.i_have_seen_it", {
                  label: said(alert.label),
                  board: subjectOf(board, alert),
                })}
                onClick={() => void seen(alert)}
              >
                {t("wallboard.seen")}
              </button>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Which queue, source or line, as the configuration calls it. */
export function subjectOf(
  board: Pick<WallboardSnapshot, "queues">,
  { subject, subject_label }: Pick<AlertSeen, "subject" | "subject_label">,
): string {
  return subject_label || labelOf(board, subject);
}

/** Numbers that no column of the board has. */
const UNITS: Record<string, CounterDef["unit"]> = {
  ring_to_pop_s: "seconds",
  match_rate: "ratio",
};

/** What the number was when the alert opened. */
export function valueText(
  alert: Pick<AlertSeen, "number" | "value">,
  counters: CounterDef[],
  formats: Formats,
): string {
  if (alert.value === null) return t("wallboard.unknown");
  if (alert.number === "source_failing")
    return t("wallboard.not_answering_as_it_should");
  if (alert.number === "line_silence")
    return t("wallboard.usual_gaps", {
      number: formats.number(Math.round(alert.value)),
    });
  const { name, unit } = counters.find((each) => each.name === alert.number) ?? {
    name: alert.number,
    unit: UNITS[alert.number] ?? "calls",
  };
  if (unit === "seconds" && alert.value < 10) return formats.seconds(alert.value);
  const counter = { name, unit, label: name, formula: "" };
  return figureText(counter, alert.value, formats);
}
