// Which pages does the big screen show in turn, and what is on each?

import { t } from "../i18n/words";
import type {
  AlertSeen,
  CounterDef,
  QueueCounters,
  WallboardSnapshot,
} from "../wire/frames";

export type ScreenPage =
  | { kind: "total" }
  | { kind: "rows"; of: "Queue" | "Team"; rows: QueueCounters[] }
  | { kind: "alerts"; alerts: AlertSeen[] };

export interface ScreenSize {
  width: number;
  height: number;
}

const NARROW_PX = 720;
const CHROME = 0.24; // of the height: the heading above, the switches below
const NAME_SHARE = 0.26; // of the width
const USUAL = [
  "waiting",
  "longest_wait_s",
  "talking",
  "answered",
  "abandoned",
  "service_level",
];
const OF_A_TEAM = [
  "agents_available",
  "team_talking",
  "agents_wrap_up",
  "team_answered",
  "team_occupancy",
];
export const EVERY_S = [5, 10, 15, 30, 60];

export function isNarrow({ width }: ScreenSize): boolean {
  return width < NARROW_PX;
}

/** The height of a row: large enough to be read from afar, whatever the screen. */
export function rowPx(size: ScreenSize): number {
  return isNarrow(size) ? 160 : Math.max(56, size.height / 11);
}

export function rowsThatFit(size: ScreenSize): number {
  const heading = isNarrow(size) ? 0 : 1;
  const free = size.height * (1 - CHROME);
  return Math.max(1, Math.floor(free / rowPx(size)) - heading);
}

/** Of alerts: two lines of large type each, more where the text wraps. */
export function alertsThatFit(size: ScreenSize): number {
  const height = isNarrow(size) ? 170 : Math.max(80, size.height / 8);
  return Math.max(1, Math.floor((size.height * (1 - CHROME)) / height));
}

/** As many of the chosen numbers as the width has room for; without a choice the usual. */
export function screenColumns(
  all: CounterDef[],
  chosen: string[] | null,
  of: "Queue" | "Team",
  size: ScreenSize,
): CounterDef[] {
  const names = of === "Team" ? OF_A_TEAM : (chosen ?? USUAL);
  const found = all.filter((each) => names.includes(each.name));
  if (isNarrow(size)) return found.slice(0, 4);
  const column = Math.max(120, size.height / 6);
  return found.slice(
    0,
    Math.max(2, Math.floor((size.width * (1 - NAME_SHARE)) / column)),
  );
}

export function screenPages(
  board: Pick<WallboardSnapshot, "queues" | "teams" | "alerts">,
  queues: QueueCounters[],
  size: ScreenSize,
): ScreenPage[] {
  const teams = board.teams
    .filter((each) => Object.keys(each.values).length > 0)
    .map(({ team, label, values }) => ({
      queue: team,
      label,
      values,
      oldest_waiting_at: null,
    }));
  const fit = rowsThatFit(size);
  const pages: ScreenPage[] = [{ kind: "total" }];
  for (const [of, rows] of [
    ["Queue", queues],
    ["Team", teams],
  ] as const) {
    for (const some of evenly(rows, fit)) pages.push({ kind: "rows", of, rows: some });
  }
  for (const alerts of evenly(board.alerts, alertsThatFit(size)))
    pages.push({ kind: "alerts", alerts });
  return pages;
}

/** Pages of nearly the same length: no last page with a single row. */
function evenly<Row>(rows: Row[], fit: number): Row[][] {
  const pages = Math.ceil(rows.length / fit);
  const each = Math.ceil(rows.length / Math.max(1, pages));
  return Array.from({ length: pages }, (_, n) => rows.slice(n * each, (n + 1) * each));
}

/** The page after `step` pages; the last is followed by the first. */
export function turned(place: number, step: number, pages: number): number {
  return (((place + step) % pages) + pages) % pages;
}

export function titleOf(page: ScreenPage, place: number, pages: ScreenPage[]): string {
  const word = wordOf(page);
  const same = pages.filter((each) => wordOf(each) === word);
  const nth = pages.slice(0, place + 1).filter((each) => wordOf(each) === word).length;
  return same.length === 1
    ? word
    : t("wallboard.page_of", { word, nth, all: same.length });
}

function wordOf(page: ScreenPage): string {
  if (page.kind === "total") return t("wallboard.all_queues");
  if (page.kind === "alerts") return t("wallboard.alerts");
  return page.of === "Queue" ? t("wallboard.queues") : t("wallboard.teams");
}
