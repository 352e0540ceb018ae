import { expect, test } from "vitest";
import type { ForecastRow, MadeForecast, Unit } from "./answers";
import { isEmpty } from "./chart";
import { daysOf, isClosed, planWords } from "./forecast_day";
import { ownFirst } from "./service_levels";

const SUNDAY = "2026-11-29";

function row(time: string, more: Partial<ForecastRow> = {}): ForecastRow {
  const numbers = {
    expected: 0,
    low: 0,
    high: 0,
    handle_s: 0,
    agents: 0,
    headcount: 0,
  };
  return {
    start: `${SUNDAY}T${time}:00+00:00`,
    end: `${SUNDAY}T${time}:00+00:00`,
    ...numbers,
    came: null,
    agents_high: 0,
    headcount_high: 0,
    service_level: null,
    occupancy: null,
    abandon_rate: null,
    mean_wait_s: null,
    ...more,
  };
}

function forecast(rows: ForecastRow[], more: Partial<MadeForecast> = {}): MadeForecast {
  const none = { planned: [], closed: [], closed_weekdays: [] };
  const now = { as_of: `${SUNDAY}T12:10:00+00:00`, came_today: 0 };
  return { ...none, ...now, ...more, rows } as unknown as MadeForecast;
}

test("a day without opening hours is closed, and calls that came are shown", () => {
  const made = forecast([row("09:00", { came: 3 })], { closed_weekdays: [6] });
  const [day] = daysOf(made);
  expect(isClosed(SUNDAY, made)).toBe(true);
  expect(day && planWords(day, made)).toBe("closed, 3 came");
});

test("a day on which no one is expected does not say that no calls came", () => {
  const made = forecast([row("09:00", { came: 3 })]);
  const [day] = daysOf(made);
  expect(day && planWords(day, made)).toBe("no calls expected, 3 came");
});

test("calls of the interval that is not over are said, too", () => {
  const made = forecast([row("09:00", { came: 3 })], { came_today: 5 });
  const [day] = daysOf(made);
  expect(day && planWords(day, made)).toBe("no calls expected, 5 came");
});

test("an open day has its calls and the agents for them", () => {
  const made = forecast([row("09:00", { expected: 12, high: 15, headcount: 4 })]);
  const [day] = daysOf(made);
  expect(day && planWords(day, made)).toBe("12 calls expected, up to 4 on schedule");
});

test("a day without calls still has an axis", () => {
  const [day] = daysOf(forecast([row("03:00"), row("09:00"), row("17:30")]));
  expect(day?.rows.map((each) => each.start.slice(11, 16))).toEqual(["09:00", "17:30"]);
});

test("a chart without a value says so, one of shares may be 0", () => {
  const line = { label: "", colour: "ink", kind: "line" } as const;
  const unit: Unit = "calls";
  const drawing = { ticks: [""], band: null, unit, read: String };
  const empty = (top: number | null, values: (number | null)[]) =>
    isEmpty({ ...drawing, top, lines: [{ ...line, values }] });
  expect(empty(null, [null, 0])).toBe(true);
  expect(empty(null, [1])).toBe(false);
  expect([empty(1, [0]), empty(1, [null])]).toEqual([false, true]);
});

test("the centre's own service level stands first", () => {
  const level = (variant: string, own: boolean) => ({
    variant,
    own,
    counter: "",
    formula: "",
    source: "",
  });
  const levels = [
    level("amazon", false),
    level("vonage", true),
    level("genesys", false),
  ];
  expect(ownFirst(levels).map((each) => each.variant)).toEqual([
    "vonage",
    "amazon",
    "genesys",
  ]);
});
