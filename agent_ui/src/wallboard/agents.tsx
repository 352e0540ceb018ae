// Who is doing what, and since when?

import { labelOf as reasonLabel } from "../i18n/labels";
import { t } from "../i18n/words";
import { duration } from "../shared/format";
import { keyOf } from "../state/wallboard";
import type { AgentRow, BreakReason } from "../wire/frames";
import { type BoardProps, labelOf, useBoardNow } from "./queues";

type Doing =
  | "talking"
  | "held"
  | "alerting"
  | "available"
  | "wrap_up"
  | "break"
  | "no_desk"
  | "offline";

const GROUPS: { doing: Doing; label: string }[] = [
  {
    doing: "alerting",
    get label() {
      return t("wallboard.ringing");
    },
  },
  {
    doing: "talking",
    get label() {
      return t("wallboard.talking");
    },
  },
  {
    doing: "held",
    get label() {
      return t("wallboard.caller_on_hold");
    },
  },
  {
    doing: "available",
    get label() {
      return t("wallboard.available");
    },
  },
  {
    doing: "wrap_up",
    get label() {
      return t("wallboard.wrap_up");
    },
  },
  {
    doing: "break",
    get label() {
      return t("wallboard.break");
    },
  },
  {
    doing: "no_desk",
    get label() {
      return t("wallboard.no_desk");
    },
  },
  {
    doing: "offline",
    get label() {
      return t("wallboard.offline");
    },
  },
];

/** What the telephone does says more than the state an agent has set. */
export function doingOf(row: AgentRow): Doing {
  if (row.telephone !== "idle") return row.telephone;
  return row.state !== "offline" && !row.desk ? "no_desk" : row.state;
}

interface AgentsProps extends BoardProps {
  team: string;
  breakReasons: BreakReason[];
}

export function Agents({ board, skewMs, live, team, breakReasons }: AgentsProps) {
  const now = useBoardNow(board, skewMs, live);
  const groups = GROUPS.map((group) => ({
    ...group,
    rows: board.agents
      .filter((row) => doingOf(row) === group.doing && (!team || row.team === team))
      .sort((a, b) => a.since.localeCompare(b.since)),
  }));
  return (
    <section class="agents" aria-label={t("wallboard.agents_by_state")}>
      {groups.map((group) => (
        <div class="agent-group" key={group.doing} data-doing={group.doing}>
          <h2>
            <span class="dot" aria-hidden="true" />
            {group.label}
            <span class="count">{group.rows.length}</span>
          </h2>
          <ul>
            {group.rows.map((row) => (
              <li key={keyOf(row)}>
                <span dir="auto" title={row.name}>
                  {row.name}
                </span>
                {row.queue && <span class="muted">{labelOf(board, row.queue)}</span>}
                {group.doing === "break" && (
                  <Reason of={breakReasons.find(({ name }) => name === row.reason)} />
                )}
                <Since at={row.since} now={now} />
              </li>
            ))}
          </ul>
        </div>
      ))}
    </section>
  );
}

function Reason({ of }: { of: BreakReason | undefined }) {
  return of ? <bdi class="muted">{reasonLabel(of)}</bdi> : null;
}

function Since({ at, now }: { at: string; now: number }) {
  const since = Date.parse(at);
  if (!Number.isFinite(since)) return null;
  return <span class="timer">{duration((now - since) / 1000)}</span>;
}
