// Which numbers of the past are drawn, and which have a tile?

import { t } from "../i18n/words";
import type { Stats } from "./answers";
import type { Line } from "./plot";
import { hasCalls } from "./words";

export const TILES = [
  "offered",
  "answered",
  "abandoned",
  "service_level",
  "average_speed_of_answer_s",
  "average_handle_time_s",
  "occupancy",
  "abandon_rate",
  "transferred",
  "called_back",
];

/** Which numbers one chart shows; the band is of the first. */
export const CHARTS: {
  title: string;
  lines: Omit<Line, "values" | "label">[];
  names: string[];
}[] = [
  {
    get title() {
      return t("reports.calls");
    },
    names: ["offered", "answered", "abandoned"],
    lines: [
      { colour: "accent", kind: "line" },
      { colour: "good", kind: "line" },
      { colour: "danger", kind: "bars" },
    ],
  },
  {
    get title() {
      return t("reports.service_level_2");
    },
    names: ["service_level"],
    lines: [{ colour: "accent", kind: "line" }],
  },
  {
    get title() {
      return t("reports.speed_of_answer");
    },
    names: ["average_speed_of_answer_s"],
    lines: [{ colour: "accent", kind: "line" }],
  },
  {
    get title() {
      return t("reports.handle_time");
    },
    names: ["average_handle_time_s"],
    lines: [{ colour: "accent", kind: "line" }],
  },
  {
    get title() {
      return t("reports.occupancy");
    },
    names: ["occupancy"],
    lines: [{ colour: "accent", kind: "line" }],
  },
  {
    get title() {
      return t("reports.transferred_and_called_back");
    },
    names: ["transferred", "called_back"],
    lines: [
      { colour: "accent", kind: "line" },
      { colour: "good", kind: "line" },
    ],
  },
];

/** There is no time of agents by queue, line or number, nor from before it was kept. */
export function isShown(name: string, { total, hidden }: Stats): boolean {
  return hasCalls(name) || total[name] != null || (hidden?.includes(name) ?? false);
}
