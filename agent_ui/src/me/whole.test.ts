import { describe, expect, it } from "vitest";
import { Refused } from "../shared/api";
import type { Section, Stored } from "./answers";
import { everything } from "./whole";

const SECOND = (n: number) => `2026-11-21T09:00:${String(n).padStart(2, "0")}Z`;

/** A service with rows at these seconds in each section, so many in an answer. */
function service(stock: Record<string, number[]>, limit: number) {
  const asked: (string | null)[] = [];
  const ask = async (path: string): Promise<Stored> => {
    const to = new URLSearchParams(path.split("?")[1]).get("to");
    asked.push(to);
    const sections = Object.entries(stock).map(([name, seconds]): Section => {
      const within = seconds.filter((n) => to === null || SECOND(n) < to);
      const rows = within.sort((a, b) => b - a).slice(0, limit);
      const more = within.length > limit;
      return {
        name,
        label: name,
        text: "",
        kept: "",
        rows: rows.map((n) => ({ at: SECOND(n) })),
        next_to: more ? SECOND((rows.at(-1) ?? 0) + 1) : null,
      };
    });
    return { at: "", user: "ana", sections, elsewhere: [], not_stored: [] };
  };
  return { ask, asked };
}

const rowsOf = (whole: Stored, name: string) =>
  whole.sections.find((each) => each.name === name)?.rows.map((row) => row.at);

const all = (count: number) => Array.from({ length: count }, (_, n) => n + 1);
const newestFirst = (count: number) => all(count).reverse().map(SECOND);

describe("everything", () => {
  it("has each row once, however many answers it takes", async () => {
    const { ask } = service({ calls: all(23), notes: [4, 9], none: [] }, 5);
    const whole = await everything(() => {}, ask);
    expect(rowsOf(whole, "calls")).toEqual(newestFirst(23));
    expect(rowsOf(whole, "notes")).toEqual([SECOND(9), SECOND(4)]);
    expect(rowsOf(whole, "none")).toEqual([]);
    expect(whole.sections.every((each) => each.next_to === null)).toBe(true);
  });

  it("takes sections of different density along", async () => {
    const sparse = all(50).filter((n) => n % 6 === 0);
    const { ask } = service({ calls: all(50), notes: sparse }, 4);
    const whole = await everything(() => {}, ask);
    expect(rowsOf(whole, "calls")).toEqual(newestFirst(50));
    expect(rowsOf(whole, "notes")).toEqual(sparse.reverse().map(SECOND));
  });

  it("says where it ends when a second has more rows than an answer", async () => {
    const { ask } = service({ calls: [9, 9, 9, 9, 3] }, 2);
    const whole = await everything(() => {}, ask);
    expect(whole.sections[0]?.next_to).toBe(SECOND(10));
  });

  it("waits where the service limits it, and goes on", async () => {
    const { ask, asked } = service({ calls: all(6) }, 5);
    const pauses: number[] = [];
    let refusals = 2;
    const limited = async (path: string) => {
      if (asked.length === 1 && refusals > 0) {
        refusals -= 1;
        throw new Refused(429, "20 requests in a minute.", "");
      }
      return ask(path);
    };
    const pause = async (ms: number) => {
      pauses.push(ms);
    };
    const whole = await everything(() => {}, limited, pause);
    expect(rowsOf(whole, "calls")).toEqual(newestFirst(6));
    expect(pauses).toHaveLength(2);
  });

  it("gives other refusals on", async () => {
    const refused = async () => {
      throw new Refused(503, "The store is away.", "");
    };
    await expect(everything(() => {}, refused)).rejects.toThrow("away");
  });
});
