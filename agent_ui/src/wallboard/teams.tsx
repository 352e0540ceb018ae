// What do the teams do, and which of them is looked at?

import { useState } from "preact/hooks";
import { t } from "../i18n/words";
import type { Change, Preferences, Sort } from "../shared/preferences";
import type { QueueCounters, WallboardSnapshot } from "../wire/frames";
import { shownQueues } from "./columns";
import { type BoardProps, QueueTable } from "./queues";

interface TeamsProps extends BoardProps {
  preferences: Preferences;
  change: Change;
}

/** The chosen team; "" when none is, or the configuration has it no longer. */
export function chosenTeam(board: WallboardSnapshot, chosen: string): string {
  return board.teams.some((each) => each.team === chosen) ? chosen : "";
}

export function Teams(props: TeamsProps) {
  const { board, preferences, change } = props;
  const [sort, setSort] = useState<Sort | null>(null);
  if (board.teams.length === 0) return null;
  const team = chosenTeam(board, preferences.team);
  const rows = board.teams.filter((each) => !team || each.team === team).map(asRow);
  const isSmall = (row: QueueCounters) => Object.keys(row.values).length === 0;
  const counters = board.counters.filter((counter) =>
    board.teams.some((each) => counter.name in each.values),
  );
  const shown = shownQueues(rows, "", sort);
  return (
    <section class="queues teams" aria-label={t("wallboard.teams")}>
      <div class="queue-tools">
        <label>
          {t("wallboard.team_2")}
          <select
            value={team}
            onChange={(event) => change({ team: event.currentTarget.value })}
          >
            <option value="">{t("wallboard.all_teams")}</option>
            {board.teams.map((each) => (
              <option key={each.team} value={each.team}>
                {each.label}
              </option>
            ))}
          </select>
        </label>
      </div>
      {counters.length > 0 && (
        <QueueTable
          {...props}
          of={t("wallboard.team")}
          queues={shown.filter((row) => !isSmall(row))}
          counters={counters}
          preferences={{ ...preferences, sort }}
          change={(patch) => setSort(patch.sort ?? null)}
        />
      )}
      <SmallTeams labels={rows.filter(isSmall).map((row) => row.label)} />
    </section>
  );
}

function SmallTeams({ labels }: { labels: string[] }) {
  if (labels.length === 0) return null;
  return (
    <p class="muted">
      {t("wallboard.counted_in_the_total_only", { join: labels.join(", ") })}
    </p>
  );
}

function asRow(each: WallboardSnapshot["teams"][number]): QueueCounters {
  const { team, label, values } = each;
  return { queue: team, label, values, oldest_waiting_at: null };
}
