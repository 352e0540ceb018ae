// Which calls are behind a figure of the board?

import type { ComponentChildren } from "preact";
import { t } from "../i18n/words";
import { searchOf, USUAL } from "../reports/choice";
import { addDays, hasCalls } from "../reports/words";
import type { CounterDef, QueueCounters, WallboardSnapshot } from "../wire/frames";
import { groupOf, takenOfNothing } from "./queues";

export const LIVE_CALLS = "live-calls";

/** Where the calls of a figure are listed; null where there are none. */
export function addressOf(
  board: Pick<WallboardSnapshot, "day">,
  counter: CounterDef,
  queue: Pick<QueueCounters, "queue" | "values">,
): string | null {
  const { name } = counter;
  const value = queue.values[name];
  const group = groupOf(counter);
  if (group === "agents" || group === "teams" || !hasCalls(name)) return null;
  if (group === "now") return value ? `#${LIVE_CALLS}` : null;
  if (value === undefined || takenOfNothing(name, queue.values)) return null;
  if (counter.unit === "calls" && value === 0) return null;
  if (name === "service_level_in_queue_now") return `#${LIVE_CALLS}`;
  const { day } = board;
  const place = queue.queue === "" ? {} : { queue: queue.queue };
  const open = { numbers: [name], from: day, to: addDays(day, 1), ...place };
  const search = searchOf({ ...USUAL, ...place, from: day, to: day, open });
  return `/reports${search}`;
}

interface OpenedProps {
  board: Pick<WallboardSnapshot, "day">;
  counter: CounterDef;
  queue: QueueCounters;
  children: ComponentChildren;
}

/** The figure as a link to its calls. The board stays: the list is in another tab. */
export function Opened({ board, counter, queue, children }: OpenedProps) {
  const address = addressOf(board, counter, queue);
  if (address === null) return <>{children}</>;
  const elsewhere = address.startsWith("#")
    ? {}
    : { target: "_blank", rel: "noopener" };
  return (
    <a
      class="opens"
      href={address}
      title={t("wallboard.the_calls_of", { label: counter.label })}
      {...elsewhere}
    >
      {children}
    </a>
  );
}
