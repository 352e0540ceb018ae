import { describe, expect, it } from "vitest";
import {
  alertsQuery,
  callsQuery,
  choiceOf,
  fittingBy,
  forecastQuery,
  rangeQuery,
  searchOf,
  USUAL,
} from "./choice";

describe("what is looked at", () => {
  it("is nothing in the address where all is usual", () => {
    expect(searchOf(USUAL)).toBe("");
    expect(choiceOf("")).toEqual(USUAL);
  });

  it("comes back from the address as it went in", () => {
    const choice = {
      ...USUAL,
      view: "forecast" as const,
      from: "2026-11-20",
      to: "2026-11-21",
      by: "15m" as const,
      queue: "sales & more",
      dialled: "+442079460100",
      agents: 0,
      away: 3,
      value: "78,5 %",
      rule: "long wait & more",
      until: "15:00",
      goals: { service_level: "0.9", shrinkage: "0" },
      open: {
        numbers: ["calls", "direct"],
        from: "2026-11-20T09:00:00+00:00",
        to: "2026-11-20T09:30:00+00:00",
        dialled: "+44",
      },
    };
    expect(choiceOf(searchOf(choice))).toEqual(choice);
  });

  it("keeps an opened figure of cards and an opened team", () => {
    const range = { numbers: [], from: "2026-11-20", to: "2026-11-21" };
    const figure = { ...range, figure: "empty", facet: "notes", queue: "sales" };
    const team = { ...range, numbers: ["team_answered"], team: "first" };
    for (const open of [figure, team]) {
      expect(choiceOf(searchOf({ ...USUAL, open }))).toEqual({ ...USUAL, open });
    }
    expect(callsQuery(figure).toString()).toBe(
      "from=2026-11-20&to=2026-11-21&queue=sales&figure=empty&facet=notes",
    );
  });

  it("keeps an opened figure of how calls ended", () => {
    const range = { numbers: [], from: "2026-11-20", to: "2026-11-21" };
    const row = { ...range, kind: "dialled" as const, name: "+44" };
    const sold = { ...row, result: "sold" };
    const orders = { ...row, figure: "orders", days: 7 };
    for (const open of [sold, orders]) {
      expect(choiceOf(searchOf({ ...USUAL, open }))).toEqual({ ...USUAL, open });
    }
    expect(callsQuery(orders).toString()).toBe(
      "from=2026-11-20&to=2026-11-21&figure=orders&group=dialled&name=%2B44&orders_days=7",
    );
  });

  it("leaves out what an address cannot mean", () => {
    const search = "?view=none&from=2026-13-40&by=2m&days=99&away=x&open=number%3Da";
    expect(choiceOf(search)).toEqual(USUAL);
  });

  it("is one day where only its first is given, and never ends before it begins", () => {
    expect(choiceOf("?from=2026-11-20")).toMatchObject({ to: "2026-11-20" });
    const turned = choiceOf("?from=2026-11-20&to=2026-11-01");
    expect(turned).toMatchObject({ from: "2026-11-20", to: "2026-11-20" });
  });

  it("has intervals that fit the length of the range", () => {
    expect(fittingBy("2026-11-20", "2026-11-20", null)).toBe("30m");
    expect(fittingBy("2026-11-20", "2026-11-20", "15m")).toBe("15m");
    expect(fittingBy("2026-11-01", "2026-11-28", null)).toBe("day");
    expect(fittingBy("2026-11-01", "2026-11-28", "15m")).toBe("day");
    expect(fittingBy("2026-11-01", "2026-11-28", "30m")).toBe("30m");
    expect(fittingBy("2025-11-29", "2026-11-28", "60m")).toBe("week");
    expect(fittingBy("2025-11-29", "2026-11-28", "month")).toBe("month");
  });

  it("asks for whole days: the last one is in", () => {
    const query = rangeQuery({ ...USUAL, queue: "sales" }, "2026-11-30", "2026-11-30");
    expect(query.toString()).toBe("queue=sales&from=2026-11-30&to=2026-12-01");
  });

  it("asks for a forecast with the goals that were chosen", () => {
    const choice = { ...USUAL, agents: 4, goals: { within_s: "30" } };
    expect(forecastQuery(choice).toString()).toBe(
      "days=7&interval=30&within_s=30&agents=4",
    );
  });

  it("asks for the calls of several numbers", () => {
    const opened = { numbers: ["calls", "direct"], from: "a", to: "b", line: "main" };
    expect(callsQuery(opened).getAll("number")).toEqual(["calls", "direct"]);
    expect(callsQuery(opened).get("line")).toBe("main");
  });

  it("asks for the alerts of whole days, of one rule or all", () => {
    const asked = (rule: string | null) =>
      alertsQuery({ ...USUAL, rule }, "2026-11-20", "2026-11-21");
    expect(asked(null).get("name")).toBeNull();
    expect(asked("wait").get("name")).toBe("wait");
    expect(asked("wait").get("to")).toBe("2026-11-22");
  });
});
