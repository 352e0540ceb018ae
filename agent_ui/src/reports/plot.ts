// How does uPlot draw lines, bars and a band over intervals?

import type UPlot from "uplot";

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
  read(value: number): string;
}

export interface Size {
  width: number;
  height: number;
}

const AXIS_WIDTH = 52;
const TICK_ROOM = 64;

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
  const { ticks, lines, band, top, read } = drawing;
  const font = `12px ${colour("font")}`;
  const axis = {
    font,
    stroke: () => colour("muted"),
    grid: { stroke: () => colour("line"), width: 1 },
    ticks: { stroke: () => colour("line"), width: 1 },
  };
  const edge: UPlot.Series = { stroke: "transparent", points: { show: false } };
  return {
    ...size,
    legend: { show: false },
    padding: [8, 8, 0, 0],
    cursor: { y: false, drag: { x: false, y: false }, points: { size: 7 } },
    scales: {
      x: { time: false, range: () => [-0.5, Math.max(0.5, ticks.length - 0.5)] },
      y: { range: (_plot, _least, most) => [0, top ?? above(most)] },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        splits: (made) => splits(ticks.length, made.width),
        values: (_plot, at) => at.map((place) => ticks[place] ?? ""),
      },
      {
        ...axis,
        size: AXIS_WIDTH,
        values: (_plot, at) => at.map(read),
      },
    ],
    series: [
      {},
      ...(band ? [edge, edge] : []),
      ...lines.map((x) => seriesOf(x, plot, colour)),
    ],
    bands: band ? [{ series: [1, 2], fill: () => colour("band") }] : [],
  };
}

/** Some places of the axis, as many as there is room for. */
export function splits(count: number, width: number): number[] {
  const room = Math.max(2, Math.floor((width - AXIS_WIDTH) / TICK_ROOM));
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
): UPlot.Series {
  const stroke = () => colour(line.colour); // asked again when the theme changes
  const lone = { show: true, size: 5, fill: stroke, stroke };
  if (line.kind === "bars") {
    const paths = plot.paths.bars?.({ size: [0.6, 24] });
    const fill = stroke;
    return { stroke, fill, width: 0, points: { show: false }, ...(paths && { paths }) };
  }
  if (line.kind === "step") {
    const paths = plot.paths.stepped?.({ align: 1 });
    return { stroke, width: 2, points: { show: false }, ...(paths && { paths }) };
  }
  const dash = line.kind === "dashed" ? { dash: [6, 5] } : {};
  const points = line.kind === "dashed" ? { show: false } : lone;
  return { stroke, width: 2, points, ...dash };
}
