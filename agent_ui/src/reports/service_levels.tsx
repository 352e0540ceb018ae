// What is the service level by each way of counting it, next to the centre's own?

import { said } from "../i18n/said";
import { t } from "../i18n/words";
import type { Counter, ServiceLevel, Stats } from "./answers";
import type { ViewProps } from "./view";
import { addDays, shown } from "./words";

/** Side by side, the centre's own first; each opens its calls. */
export function ServiceLevels({
  stats,
  from,
  to,
  onOpen,
}: ViewProps & { stats: Stats }) {
  const known = new Map(stats.counters.map((each) => [each.name, each]));
  const levels = ownFirst(stats.service_levels).filter((each) =>
    known.has(each.counter),
  );
  if (levels.length === 0) return null;
  return (
    <section class="reports-wide levels">
      <h2>{t("reports.service_level_by_each_way")}</h2>
      <ul>
        {levels.map((level) => {
          const { label } = known.get(level.counter) as Counter;
          return (
            <li key={level.variant} data-own={level.own}>
              <button
                type="button"
                onClick={() => onOpen([level.counter], from, addDays(to, 1))}
              >
                <span class="figure-name">{label}</span>
                <strong>{shown(stats.total[level.counter], "ratio")}</strong>
                {level.own && <mark>{t("reports.this_centres")}</mark>}
                <small>{said(level.formula)}</small>
                <small class="figure-open">{t("reports.open_the_calls")}</small>
              </button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

export function ownFirst(levels: ServiceLevel[]): ServiceLevel[] {
  return [...levels.filter(({ own }) => own), ...levels.filter(({ own }) => !own)];
}
