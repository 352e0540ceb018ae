// Which goals is the forecast staffed for?

import { t, textsOf } from "../i18n/words";
import { viewerFormats } from "../shared/format";
import type { Forecast } from "./answers";
import { GOALS } from "./choice";
import type { ViewProps } from "./view";

const GOAL_LABELS: Record<(typeof GOALS)[number], string> = textsOf({
  service_level: "reports.service_level_3",
  within_s: "reports.within_s",
  occupancy_max: "reports.occupancy_up_to",
  abandon_max: "reports.abandoned_up_to",
  shrinkage: "reports.shrinkage",
  wrap_up_s: "reports.after_call_work_s",
});

function isShare(name: string): boolean {
  return !name.endsWith("_s");
}

/** Percent as people write it, a share as the service reads it. */
export function GoalsForm(props: ViewProps & { forecast: Forecast | null }) {
  const { choice, change, forecast } = props;
  const given = (name: (typeof GOALS)[number]) => {
    const value = choice.goals[name] ?? forecast?.goals[name];
    if (value === undefined) return "";
    return String(Math.round(Number(value) * (isShare(name) ? 1000 : 10)) / 10);
  };
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const goals: Record<string, string> = {};
    for (const name of GOALS) {
      const text = String(form.get(name) ?? "").trim();
      if (text === "" || text === given(name)) {
        if (choice.goals[name] && text !== "") goals[name] = choice.goals[name];
        continue;
      }
      goals[name] = String(isShare(name) ? Number(text) / 100 : Number(text));
    }
    const agents = String(form.get("agents") ?? "").trim();
    change({ goals, agents: agents === "" ? null : Number(agents) });
  };
  return (
    <form
      class="reports-wide goals"
      key={forecast ? "known" : "asking"}
      onSubmit={submit}
    >
      <label>
        <span>{t("reports.days")}</span>
        <select
          value={choice.days}
          onChange={(event) => change({ days: Number(event.currentTarget.value) })}
        >
          {[1, 2, 7, 14, 28].map((days) => (
            <option key={days} value={days}>
              {days}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span>{t("reports.interval_2")}</span>
        <select
          value={choice.interval}
          onChange={(event) => change({ interval: Number(event.currentTarget.value) })}
        >
          {[15, 30, 60].map((minutes) => (
            <option key={minutes} value={minutes}>
              {viewerFormats().minutes(minutes)}
            </option>
          ))}
        </select>
      </label>
      {GOALS.map((name) => (
        <label key={name}>
          <span>{GOAL_LABELS[name]}</span>
          <input
            name={name}
            type="number"
            step="any"
            min={0}
            max={isShare(name) ? 100 : 3600}
            defaultValue={given(name)}
          />
        </label>
      ))}
      <label>
        <span>{t("reports.agents_now")}</span>
        <input
          name="agents"
          type="number"
          min={0}
          max={10000}
          placeholder={t("reports.as_on_the_wallboard")}
          defaultValue={choice.agents === null ? "" : String(choice.agents)}
        />
      </label>
      <button type="submit" class="primary">
        {t("reports.plan")}
      </button>
      {(Object.keys(choice.goals).length > 0 || choice.agents !== null) && (
        <button type="button" onClick={() => change({ goals: {}, agents: null })}>
          {t("reports.as_configured")}
        </button>
      )}
    </form>
  );
}
