import { describe, expect, it } from "vitest";
import type { ForecastRow, MadeForecast } from "./answers";
import { daysOf } from "./forecast_day";
import { dataOf, splits } from "./plot";
import { busyHours, weekRange } from "./week";

function row(start: string, more: Partial<ForecastRow> = {}): ForecastRow {
  return { start, end: start, expected: 5, low: 2, high: 8, ...more } as ForecastRow;
}

describe("a chart", () => {
  it("has the band's edges before its lines", () => {
    const line = { label: "a", colour: "ink", kind: "line" as const };
    const drawing = {
      ticks: ["09:00", "09:30"],
      lines: [{ ...line, values: [3, null] }],
      band: { low: [1, 1], high: [5, 6] },
      top: null,
      unit: "calls" as const,
      read: String,
    };
    expect(dataOf(drawing)).toEqual([
      [0, 1],
      [5, 6],
      [1, 1],
      [3, null],
    ]);
  });

  it("names as many intervals as there is room for", () => {
    expect(splits(4, 1200)).toEqual([0, 1, 2, 3]);
    expect(splits(48, 360).length).toBeLessThan(7);
    expect(splits(0, 360)).toEqual([]);
    expect(splits(5000, 360).length).toBeLessThan(7);
  });
});

describe("the days of a forecast", () => {
  it("have of today what is over, as it was planned, and the rest as it is expected", () => {
    const planned = [row("2026-11-20T09:00"), row("2026-11-20T10:00")];
    const rows = [row("2026-11-20T10:00", { expected: 7 }), row("2026-11-21T09:00")];
    const [today, next] = daysOf({ planned, rows } as MadeForecast);
    expect(today?.rows.map((each) => each.expected)).toEqual([5, 7]);
    expect(today?.planned.get("2026-11-20T10:00")?.expected).toBe(5);
    expect([next?.day, next?.planned.size]).toEqual(["2026-11-21", 0]);
  });

  it("leave out the hours in which nobody calls, at both ends alone", () => {
    const none = { expected: 0, low: 0, high: 0 };
    const rows = [
      row("2026-11-21T07:00", none),
      row("2026-11-21T08:00"),
      row("2026-11-21T09:00", none),
      row("2026-11-21T10:00"),
      row("2026-11-21T11:00", none),
    ];
    const [day] = daysOf({ planned: [], rows } as unknown as MadeForecast);
    expect(day?.rows.map((each) => each.start.slice(11, 13))).toEqual([
      "08",
      "09",
      "10",
    ]);
  });
});

describe("the week by the hour", () => {
  it("goes from the first to the last hour with a call", () => {
    const cell = (hour: number, value: number | null) => ({
      weekday: 0,
      hour,
      value,
      intervals: [],
    });
    expect(busyHours([cell(7, 0), cell(9, 2), cell(11, null), cell(12, 1)])).toEqual([
      9, 10, 11, 12,
    ]);
    expect(busyHours([cell(7, 0)])).toEqual([]);
  });

  it("is of whole weeks, without the day that goes on", () => {
    expect(weekRange("2026-11-29")).toEqual(["2026-11-01", "2026-11-28"]);
  });
});
