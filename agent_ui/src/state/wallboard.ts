// What does the wallboard show after this frame?

import type {
  AgentRow,
  BreakReason,
  QueueCounters,
  ServerFrame,
  WallboardDelta,
  WallboardSnapshot,
} from "../wire/frames";
import type { Link } from "./model";

export interface WallboardState {
  board: WallboardSnapshot | null;
  skewMs: number;
  /** The viewer's own; null: the browser's. */
  locale: string | null;
  breakReasons: BreakReason[];
  link: Link;
}

export type WallboardAction =
  | { type: "frame"; frame: ServerFrame; nowMs: number }
  | { type: "link"; link: Link };

export const initialWallboard: WallboardState = {
  board: null,
  skewMs: 0,
  locale: null,
  breakReasons: [],
  link: { status: "connecting", sinceMs: 0, attempt: 0 },
};

export function reduceWallboard(
  state: WallboardState,
  action: WallboardAction,
): WallboardState {
  if (action.type === "link") return { ...state, link: action.link };
  const { frame, nowMs } = action;
  switch (frame.frame) {
    case "hello":
      return {
        ...state,
        skewMs: Date.parse(frame.server_time) - nowMs || 0,
        locale: frame.locale,
        breakReasons: frame.break_reasons ?? [],
      };
    case "wallboard.snapshot":
      return { ...state, board: frame };
    case "wallboard.delta":
      if (!state.board) return state;
      return {
        ...state,
        board: {
          ...state.board,
          offset: frame.offset,
          at: frame.at,
          queues: mergeQueues(state.board.queues, frame.queues),
          agents: mergeAgents(state.board.agents, frame),
          lines_without_queues:
            frame.lines_without_queues ?? state.board.lines_without_queues,
          alerts: frame.alerts ?? state.board.alerts,
          teams: frame.teams ?? state.board.teams,
        },
      };
    default:
      return state;
  }
}

function mergeQueues(now: QueueCounters[], changed: QueueCounters[]): QueueCounters[] {
  const byName = new Map(changed.map((each) => [each.queue, each]));
  const kept = now.map((each) => byName.get(each.queue) ?? each);
  const known = new Set(now.map((each) => each.queue));
  return [...kept, ...changed.filter((each) => !known.has(each.queue))];
}

/** A person's row stays theirs when they move to another telephone. */
export function keyOf(row: Pick<AgentRow, "user" | "agent">): string {
  return row.user === null ? `agent ${row.agent}` : `user ${row.user}`;
}

function mergeAgents(now: AgentRow[], frame: WallboardDelta): AgentRow[] {
  const byKey = new Map(now.map((each) => [keyOf(each), each]));
  for (const row of frame.agents) byKey.set(keyOf(row), row);
  for (const agent of frame.gone_agents) byKey.delete(keyOf({ user: null, agent }));
  for (const user of frame.gone_users) byKey.delete(keyOf({ user, agent: "" }));
  return [...byKey.values()];
}
