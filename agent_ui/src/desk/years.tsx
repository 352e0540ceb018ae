// How much did they buy each year?

import { t } from "../i18n/words";
import { emOf } from "../shared/width";
import type { Column, Facet, FacetShape } from "../wire/frames";
import { Said } from "./amount";
import { useDesk } from "./context";
import { Skeleton } from "./fields";

const YEARS_MAX = 6;
const WIDTH = 300;
const HEIGHT = 112;
const FOOT = 18;
/** Room for a label of two lines: the figure and its unit. */
const HEAD = 26;
const TYPE = 11;
const TYPE_MIN = 7;

interface Bar {
  label: string;
  amount: number;
  currency: string | null;
}

/** A bar per year, oldest first; amounts below zero hang under the line. */
export function Years({ facet, shape }: { facet: Facet; shape: FacetShape }) {
  const { formats } = useDesk();
  const bars = barsOf(facet, shape);
  if (facet.state === "pending") {
    return (
      <div class="years">
        <Skeleton label={t("desk.asking", { label: shape.label })} />
      </div>
    );
  }
  if (bars.length === 0) return <div class="years" />;
  const say = (bar: Bar) => formats.money(String(bar.amount), bar.currency).text;
  const words = bars.map((bar) => `${bar.label}: ${say(bar)}`).join(", ");
  const currencies = new Set(bars.map((bar) => bar.currency));
  const only = currencies.size === 1 ? (bars[0]?.currency ?? null) : null;
  const labels = bars.map((bar) => labelOf(formats.compact(bar.amount), bar, only));
  const type = typeOf(labels, bars.length);
  return (
    <div class="years">
      {only && (
        <p class="years-unit">
          {t("desk.in")} <Said>{only}</Said>
        </p>
      )}
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={words}>
        <title>{words}</title>
        {placed(bars).map((bar, at) => (
          <g key={bar.label} class={bar.last ? "last" : ""}>
            <rect x={bar.x} y={bar.y} width={bar.width} height={bar.height} rx="3" />
            <Label lines={labels[at] ?? []} bar={bar} type={type} />
            <text
              class="year"
              font-size={TYPE}
              x={bar.x + bar.width / 2}
              y={HEIGHT - 4}
            >
              {bar.label}
            </text>
          </g>
        ))}
      </svg>
    </div>
  );
}

/** One currency stands beside the bars; several stand with their figures. */
function labelOf(figure: string[], bar: Bar, only: string | null): string[] {
  const [first = "", ...rest] = figure;
  const unit = [...rest, only === bar.currency ? null : bar.currency].filter(Boolean);
  return unit.length ? [first, unit.join(" ")] : [first];
}

/** One size for all labels: the largest at which none leaves the room of its bar. */
function typeOf(labels: string[][], count: number): number {
  const widest = Math.max(...labels.flat().map(emOf), 1);
  return Math.max(TYPE_MIN, Math.min(TYPE, (WIDTH / count / widest) * 0.96));
}

function Label({ lines, bar, type }: { lines: string[]; bar: Placed; type: number }) {
  const middle = bar.x + bar.width / 2;
  const foot = Math.max(HEAD - 4, bar.y - 4);
  return (
    <>
      {lines.map((line, at) => (
        <text
          class="bar-figure"
          key={at}
          font-size={type}
          x={middle}
          y={foot - (lines.length - 1 - at) * (type + 1)}
        >
          {line}
        </text>
      ))}
    </>
  );
}

export function barsOf(facet: Facet, shape: FacetShape): Bar[] {
  const year = shape.columns.find((each) => /year|period/.test(each.name));
  const numeric = (each: Column) => each !== year && each.type !== "text";
  const total = shape.columns.find(numeric);
  if (!year || !total) return [];
  const bars = facet.rows
    .map((row) => ({
      label: String(row[year.name] ?? ""),
      amount: Number(row[total.name] ?? 0),
      currency: typeof row.currency === "string" ? row.currency : total.currency,
    }))
    .filter((bar) => Number.isFinite(bar.amount))
    .sort((a, b) => a.label.localeCompare(b.label));
  return withEmptyYears(bars).slice(-YEARS_MAX);
}

/** Two years side by side are taken for neighbours: a year without a row is 0. */
function withEmptyYears(bars: Bar[]): Bar[] {
  const [first, last] = [bars[0], bars.at(-1)];
  if (!first || !last || !bars.every((bar) => /^\d{4}$/.test(bar.label))) return bars;
  const from = Math.max(Number(first.label), Number(last.label) - YEARS_MAX + 1);
  const years = Array.from({ length: Number(last.label) - from + 1 }, (_, at) =>
    String(from + at),
  );
  return years.flatMap((label) => {
    const known = bars.filter((bar) => bar.label === label);
    return known.length ? known : [{ label, amount: 0, currency: last.currency }];
  });
}

interface Placed extends Bar {
  x: number;
  y: number;
  width: number;
  height: number;
  last: boolean;
}

function placed(bars: Bar[]): Placed[] {
  const step = WIDTH / bars.length;
  const width = Math.min(56, step * 0.62);
  const top = Math.max(...bars.map((bar) => bar.amount), 0);
  const low = Math.min(...bars.map((bar) => bar.amount), 0);
  const scale = (HEIGHT - FOOT - HEAD) / (top - low || 1);
  return bars.map((bar, index) => ({
    ...bar,
    x: index * step + (step - width) / 2,
    y: HEAD + (top - Math.max(bar.amount, 0)) * scale,
    width,
    height: Math.max(2, Math.abs(bar.amount) * scale),
    last: index === bars.length - 1,
  }));
}
