// How does uPlot draw lines, bars and a band over intervals?

import type UPlot from "uplot";
import type { Unit } from "./answers";

export type Values = (number | null)[];

export interface Line {
  label: string;
  values: Values;
  /** A colour of tokens.css, without its dashes. */
  colour: string;
  kind: "line" | "dashed" | "bars" | "step";
}

export interface Drawing {
  /** Below the axis, one for each interval. */
  ticks: string[];
  lines: Line[];
  band: { low: Values; high: Values } | null;
  /** The highest value of the axis where it is known, e.g. 1 of a share. */
  top: number | null;
  unit: Unit | "milliseconds";
  /** What the band is called. */
  bandName?: string;
  read(value: number): string;
}

export interface Size {
  width: number;
  height: number;
  /** CSS pixels of a rem. */
  rem: number;
}

/** In rem: the page, and its type, grow with the window. */
const AXIS_WIDTH = 3.25;
const TICK_ROOM = 4;
const FONT = 0.75;
/** Steps of an axis that people count in. */
const STEPS: Record<Drawing["unit"], number[]> = {
  milliseconds: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000],
  calls: [
    1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 50_000, 1e5, 1e6,
  ],
  agents: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000],
  seconds: [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200],
  ratio: [0.05, 0.1, 0.2, 0.25, 0.5],
};

export function dataOf({ ticks, lines, band }: Drawing): UPlot.AlignedData {
  const places = ticks.map((_, place) => place);
  const edges = band ? [band.high, band.low] : [];
  return [places, ...edges, ...lines.map((line) => line.values)];
}

export function optionsOf(
  drawing: Drawing,
  size: Size,
  plot: typeof UPlot,
  colour: (name: string) => string,
): UPlot.Options {
  const { ticks, lines, band, top, unit, read } = drawing;
  const { rem, ...box } = size;
  const font = `${FONT * rem}px ${colour("font")}`;
  const axis = {
    font,
    stroke: () => colour("muted"),
    grid: { stroke: () => colour("line"), width: 1 },
    ticks: { stroke: () => colour("line"), width: 1 },
  };
  const edge: UPlot.Series = { stroke: "transparent", points: { show: false } };
  return {
    ...box,
    legend: { show: false },
    padding: [rem, rem / 2, 0, 0],
    cursor: { y: false, drag: { x: false, y: false }, points: { size: rem * 0.44 } },
    scales: {
      x: { time: false, range: () => [-0.5, Math.max(0.5, ticks.length - 0.5)] },
      y: { range: (_plot, _least, most) => [0, top ?? above(most)] },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        splits: (made) => splits(ticks.length, made.width, rem),
        size: 2.5 * rem,
        values: (_plot, at) => at.map((place) => ticks[place] ?? ""),
      },
      {
        ...axis,
        size: AXIS_WIDTH * rem,
        incrs: STEPS[unit],
        space: 2 * rem,
        values: (_plot, at) => at.map(read),
      },
    ],
    series: [
      {},
      ...(band ? [edge, edge] : []),
      ...lines.map((x) => seriesOf(x, plot, colour, rem)),
    ],
    bands: band ? [{ series: [1, 2], fill: () => colour("band") }] : [],
  };
}

/** Some places of the axis, as many as there is room for. */
export function splits(count: number, width: number, rem = 16): number[] {
  const room = Math.max(2, Math.floor((width / rem - AXIS_WIDTH) / TICK_ROOM));
  const step = [1, 2, 4, 6, 8, 12, 24, 48, 96, 336].find((n) => count / n <= room);
  const every = step ?? Math.ceil(count / room);
  return Array.from({ length: Math.ceil(count / every) }, (_, n) => n * every);
}

function above(most: number | null): number {
  return most === null || most <= 0 ? 1 : most * 1.1;
}

function seriesOf(
  line: Line,
  plot: typeof UPlot,
  colour: (name: string) => string,
  rem: number,
): UPlot.Series {
  const stroke = () => colour(line.colour); // asked again when the theme changes
  const width = rem / 8;
  const lone = { show: true, size: rem * 0.31, fill: stroke, stroke };
  if (line.kind === "bars") {
    const paths = plot.paths.bars?.({ size: [0.6, 1.5 * rem] });
    const fill = stroke;
    return { stroke, fill, width: 0, points: { show: false }, ...(paths && { paths }) };
  }
  if (line.kind === "step") {
    const paths = plot.paths.stepped?.({ align: 1 });
    return { stroke, width, points: { show: false }, ...(paths && { paths }) };
  }
  const dash = line.kind === "dashed" ? { dash: [3 * width, 2.5 * width] } : {};
  const points = line.kind === "dashed" ? { show: false } : lone;
  return { stroke, width, points, ...dash };
}
