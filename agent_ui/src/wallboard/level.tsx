// How bad is an alert, as a word in the reader's language?

import { textsOf } from "../i18n/words";
import type { AlertSeen, WallboardSnapshot } from "../wire/frames";

export type Level = AlertSeen["level"];

export const LEVELS = textsOf({
  critical: "wallboard.critical",
  warning: "wallboard.warning",
});

/** How bad an alert is open on this number of this queue? */
export function alertOn(
  board: Pick<WallboardSnapshot, "alerts">,
  queue: string,
  number: string,
): Level | undefined {
  const on = board.alerts.filter((x) => x.subject === queue && x.number === number);
  return on.find((x) => x.level === "critical")?.level ?? on[0]?.level;
}

/** Next to a figure: not everybody sees the colour. */
export function AlertWord({ level }: { level: Level | undefined }) {
  return level ? <span class="alert-word">{LEVELS[level]}</span> : null;
}
