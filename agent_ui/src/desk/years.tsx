// How much did they buy each year?

import type { Column, Facet, FacetShape } from "../wire/frames";
import { useDesk } from "./context";
import { Skeleton } from "./fields";

const YEARS_MAX = 6;
const WIDTH = 300;
const HEIGHT = 112;
const FOOT = 18;
const HEAD = 16;

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
        <Skeleton label={`${shape.label}: asking`} />
      </div>
    );
  }
  if (bars.length === 0) return <div class="years" />;
  const say = (bar: Bar) => formats.compactMoney(bar.amount, bar.currency);
  const words = bars.map((bar) => `${bar.label}: ${say(bar)}`).join(", ");
  return (
    <div class="years">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={words}>
        <title>{words}</title>
        {placed(bars).map((bar) => (
          <g key={bar.label} class={bar.last ? "last" : ""}>
            <rect x={bar.x} y={bar.y} width={bar.width} height={bar.height} rx="3" />
            <text x={bar.x + bar.width / 2} y={Math.max(11, bar.y - 5)}>
              {say(bar)}
            </text>
            <text class="year" x={bar.x + bar.width / 2} y={HEIGHT - 4}>
              {bar.label}
            </text>
          </g>
        ))}
      </svg>
    </div>
  );
}

export function barsOf(facet: Facet, shape: FacetShape): Bar[] {
  const year = shape.columns.find((each) => /year|period/.test(each.name));
  const numeric = (each: Column) => each !== year && each.type !== "text";
  const total = shape.columns.find(numeric);
  if (!year || !total) return [];
  return facet.rows
    .map((row) => ({
      label: String(row[year.name] ?? ""),
      amount: Number(row[total.name] ?? 0),
      currency: typeof row.currency === "string" ? row.currency : total.currency,
    }))
    .filter((bar) => Number.isFinite(bar.amount))
    .sort((a, b) => a.label.localeCompare(b.label))
    .slice(-YEARS_MAX);
}

function placed(bars: Bar[]) {
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
