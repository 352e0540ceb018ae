// Which queues are shown, in which order, with which numbers? As each person chose.

import type { Sort } from "../shared/preferences";
import type { CounterDef, QueueCounters } from "../wire/frames";

/** The chosen numbers in the board's order; without a choice the usual ones. */
export function shownColumns(
  all: CounterDef[],
  chosen: string[] | null,
  isUsual: (counter: CounterDef) => boolean,
): CounterDef[] {
  if (chosen === null) return all.filter(isUsual);
  return all.filter((each) => chosen.includes(each.name));
}

/** The choice after one box was ticked, or the tick taken away. */
export function toggled(shown: CounterDef[], name: string): string[] {
  const names = shown.map((each) => each.name);
  return names.includes(name)
    ? names.filter((each) => each !== name)
    : [...names, name];
}

/** A first press sorts the large ones up, a second the small ones, a third ends it. */
export function pressed(sort: Sort | null, by: string): Sort | null {
  const first = by !== "";
  if (sort?.by !== by) return { by, down: first };
  return sort.down === first ? { by, down: !first } : null;
}

export function shownQueues(
  queues: QueueCounters[],
  filter: string,
  sort: Sort | null,
): QueueCounters[] {
  const wanted = filter.trim().toLocaleLowerCase();
  const found = queues.filter((each) =>
    `${each.label}\n${each.queue}`.toLocaleLowerCase().includes(wanted),
  );
  if (sort === null) return found;
  const way = sort.down ? -1 : 1;
  return found.sort((a, b) => way * compared(a, b, sort.by) || named(a, b));
}

function compared(a: QueueCounters, b: QueueCounters, by: string): number {
  if (by === "") return named(a, b);
  if (by.startsWith("longest_wait")) return waited(a) - waited(b);
  return (a.values[by] ?? -1) - (b.values[by] ?? -1);
}

/** Who has waited for longest began first. */
function waited(queue: QueueCounters): number {
  const since = queue.oldest_waiting_at;
  return since === null ? Number.NEGATIVE_INFINITY : -Date.parse(since);
}

function named(a: QueueCounters, b: QueueCounters): number {
  return (a.label || a.queue).localeCompare(b.label || b.queue);
}
