// A chart that the mouse, the keyboard and a screen reader can read.

import { useEffect, useRef, useState } from "preact/hooks";
import type UPlot from "uplot";
import { t } from "../i18n/words";
import { viewerFormats } from "../shared/format";
import "uplot/dist/uPlot.min.css";
import "../style/chart.css";
import { type Drawing, dataOf, optionsOf } from "./plot";

interface ChartProps {
  name: string;
  drawing: Drawing;
  /** Said over the axes where there is nothing to draw. */
  none?: string;
  /** The slider begins at the last interval, and stays there as new ones come. */
  newest?: boolean;
  /** Where it begins else. */
  start?: number;
  /** What the interval is called, and its values in words. */
  words(place: number): string;
  /** Without it an interval has nothing behind it. */
  onOpen?: (place: number) => void;
}

/** The slider below moves the cursor; Enter opens the calls of the interval. */
export function Chart(props: ChartProps) {
  const { name, drawing, none, newest, start = 0, words, onOpen } = props;
  const height = useHeight();
  const box = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState<number | null>(null);
  const [lost, setLost] = useState(false);
  const opens = useRef(onOpen);
  opens.current = onOpen;
  const made = useRef<UPlot | null>(null);
  const last = Math.max(0, drawing.ticks.length - 1);
  const place = Math.min(at ?? (newest ? last : start), last);

  useEffect(() => {
    let wanted = true;
    import("uplot").then(
      ({ default: plot }) => {
        if (!wanted || !box.current) return;
        made.current = draw(plot, box.current, drawing, height, setAt, opens);
      },
      () => setLost(true),
    );
    return () => {
      wanted = false;
      made.current?.destroy();
      made.current = null;
    };
  }, [drawing, height]);
  useColours(() => made.current?.redraw());
  const tall = useRef(height);
  tall.current = height;
  useWidth(box, (width) => made.current?.setSize({ width, height: tall.current }));

  const move = (to: number) => {
    setAt(to);
    const plot = made.current;
    if (plot) plot.setCursor({ left: plot.valToPos(to, "x"), top: 1 });
  };
  return (
    <div class="chart">
      <Legend drawing={drawing} />
      <div class="chart-box" ref={box}>
        {isEmpty(drawing) && (
          <p class="chart-none">{none ?? t("reports.nothing_to_draw")}</p>
        )}
      </div>
      {lost && <p role="status">{t("reports.the_chart_could_not_be")}</p>}
      <input
        type="range"
        min={0}
        max={last}
        value={place}
        aria-label={t("reports.interval", { name })}
        aria-valuetext={words(place)}
        onInput={(event) => move(Number(event.currentTarget.value))}
        onKeyDown={(event) => {
          if (event.key === "Enter") onOpen?.(place);
        }}
      />
      <p class="chart-words">
        <span>{words(place)}</span>
        {onOpen && (
          <button type="button" class="link" onClick={() => onOpen(place)}>
            {t("reports.calls_of_this_interval")}
          </button>
        )}
      </p>
    </div>
  );
}

/** The last interval that has begun: later ones have no number of their own. */
export function lastKnown({ lines }: Drawing): number {
  const known = lines[0]?.values.findLastIndex((value) => value !== null);
  return Math.max(0, known ?? 0);
}

/** Only nulls, or nothing but zero calls. */
export function isEmpty({ lines, top }: Drawing): boolean {
  const values = lines.flatMap((line) => line.values);
  return values.every((value) => value === null || (top === null && value === 0));
}

function Legend({ drawing }: { drawing: Drawing }) {
  return (
    <ul class="chart-legend">
      {drawing.lines.map(({ label, colour, kind }) => (
        <li key={label}>
          <span class="chart-key" data-colour={colour} data-kind={kind} /> {label}
        </li>
      ))}
      {drawing.band && (
        <li>
          <span class="chart-key" data-kind="band" />{" "}
          {drawing.bandName ?? viewerFormats().percentRange(0.1, 0.9)}
        </li>
      )}
    </ul>
  );
}

function draw(
  plot: typeof UPlot,
  box: HTMLElement,
  drawing: Drawing,
  height: number,
  setAt: (place: number) => void,
  opens: { current: ChartProps["onOpen"] },
): UPlot {
  const style = getComputedStyle(box);
  const colour = (name: string) =>
    name === "font" ? style.fontFamily : style.getPropertyValue(`--${name}`).trim();
  const size = { width: box.clientWidth, height, rem: remPx() };
  const options = optionsOf(drawing, size, plot, colour);
  const hooks = {
    setCursor: [
      (made: UPlot) => {
        const { idx } = made.cursor;
        if (idx !== null && idx !== undefined) setAt(idx);
      },
    ],
  };
  const made = new plot({ ...options, hooks }, dataOf(drawing), box);
  made.over.addEventListener("click", () => {
    const { idx } = made.cursor;
    if (idx !== null && idx !== undefined) opens.current?.(idx);
  });
  return made;
}

/** Colours of the page change with its theme and the system's. */
function useColours(redraw: () => void): void {
  useEffect(() => {
    const system = matchMedia("(prefers-color-scheme: dark)");
    const theme = new MutationObserver(redraw);
    theme.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    system.addEventListener("change", redraw);
    return () => {
      theme.disconnect();
      system.removeEventListener("change", redraw);
    };
  }, []);
}

const LEAST_HEIGHT = 15; // rem
const MOST_HEIGHT = 26;

function remPx(): number {
  return Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 16;
}

/** A fifth of the window: a big screen has big charts. */
function useHeight(): number {
  const fitting = () =>
    Math.round(
      Math.min(
        MOST_HEIGHT * remPx(),
        Math.max(LEAST_HEIGHT * remPx(), innerHeight / 5),
      ),
    );
  const [height, set] = useState(fitting);
  useEffect(() => {
    const onResize = () => set(fitting());
    addEventListener("resize", onResize);
    return () => removeEventListener("resize", onResize);
  }, []);
  return height;
}

function useWidth(
  box: { current: HTMLElement | null },
  resize: (width: number) => void,
): void {
  useEffect(() => {
    const seen = new ResizeObserver(([entry]) => {
      if (entry) resize(Math.floor(entry.contentRect.width));
    });
    if (box.current) seen.observe(box.current);
    return () => seen.disconnect();
  }, []);
}
