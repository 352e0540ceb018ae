// What did each queue, line and dialled number have?

import { placeLabel } from "../i18n/labels";
import { countersRead } from "../i18n/said";
import { lowered, t, textsOf } from "../i18n/words";
import { FileButtons } from "../shared/csv_button";
import { useReading } from "../shared/reading";
import type { Counter, Place, Places } from "./answers";
import { rangeQuery, USUAL } from "./choice";
import { Cell } from "./parts";
import type { ViewProps } from "./view";
import { addDays } from "./words";

const GROUPS = textsOf({
  queue: "reports.queue",
  line: "reports.line",
  dialled: "reports.dialled_number",
  team: "reports.team",
});

interface ByPlaceProps extends ViewProps {
  columns: Counter[];
}

const NO_COUNTERS: Counter[] = [];

export function ByPlace(props: ByPlaceProps) {
  const { choice, change, from, to, columns, onExpired } = props;
  const { group } = choice;
  // calls of a team are those of all queues
  const range = rangeQuery(group === "team" ? USUAL : choice, from, to);
  const path = `/v1/stats/places?${range}&group=${group}`;
  const places = useReading<Places>(path, onExpired);
  const answer = places.answer?.group === group ? places.answer : null;
  const rows = answer?.rows ?? [];
  const shown =
    group === "team" ? countersRead(answer?.counters ?? NO_COUNTERS) : columns;
  return (
    <section class="reports-wide by-place">
      <h2>{t("reports.by", { to_lower_case: lowered(GROUPS[group]) })}</h2>
      <p>
        {(Object.keys(GROUPS) as (keyof typeof GROUPS)[]).map((each) => (
          <button
            type="button"
            key={each}
            aria-pressed={each === group}
            onClick={() => change({ group: each })}
          >
            {GROUPS[each]}
          </button>
        ))}{" "}
        <FileButtons path={path} name={`by-${group}-${from}-${to}.csv`} />
      </p>
      {places.trouble && <p role="alert">{places.trouble}</p>}
      {rows.length === 0 && !places.busy && (
        <p>
          {t(group === "team" ? "reports.no_teams" : "reports.no_calls_in_this_time")}
        </p>
      )}
      {rows.length > 0 && (
        <table class="by-block">
          <thead>
            <tr>
              <th scope="col">{GROUPS[group]}</th>
              {shown.map((each) => (
                <th key={each.name} scope="col" title={each.formula}>
                  {each.label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <PlaceRow key={row.name} {...props} columns={shown} row={row} />
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

interface PlaceRowProps extends ByPlaceProps {
  row: Place;
}

function PlaceRow({ row, columns, choice, change, from, to, onOpen }: PlaceRowProps) {
  const { group } = choice;
  const patch = { [group]: row.name };
  return (
    <tr>
      <th scope="row">
        {row.name === "" || group === "team" ? (
          placeLabel(row.label) || t("reports.not_named")
        ) : (
          <button type="button" class="link" onClick={() => change(patch)}>
            {placeLabel(row.label)}
          </button>
        )}
        {row.label !== row.name && <small>{row.name}</small>}
      </th>
      {columns.map((each) => (
        <Cell
          key={each.name}
          counter={each}
          value={row.values[each.name] ?? null}
          hidden={row.hidden?.includes(each.name) ?? false}
          onOpen={() => onOpen([each.name], from, addDays(to, 1), patch)}
        />
      ))}
    </tr>
  );
}
