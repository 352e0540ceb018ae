import { describe, expect, it } from "vitest";
import { setViewerLocale } from "../shared/format";
import {
  counted,
  figure,
  groupings,
  type Insight,
  named,
  type OfferGroup,
  points,
  type Share,
  support,
  type Uplift,
  verdict,
} from "./answers";

setViewerLocale("en-GB");

function share(count: number, of: number): Share {
  return { count, of, share: of ? count / of : null, low: null, high: null };
}

function uplift(
  difference: number | null,
  low: number | null,
  high: number | null,
  of = 200,
): Uplift {
  const groups = { with_offers: share(of / 2, of), held_back: share(of / 4, of) };
  return { ...groups, difference, low, high };
}

function group(name: string): OfferGroup {
  const none = share(0, 0);
  const shares = { offered: none, taken: none, declined: none, unsuitable: none };
  return { name, shown: 1, ordered: none, ...shares };
}

describe("the numbers of offers", () => {
  it("are a dash where there is nothing to share", () => {
    expect(figure(share(0, 0))).toBe("–");
    expect(support(share(0, 0))).toBe("nothing to count yet");
    expect(counted(share(0, 0))).toBe("none is 14 days old yet");
  });

  it("are no percentage of a few", () => {
    expect(figure(share(2, 3))).toBe("2 of 3");
    expect(support({ ...share(2, 3), low: 0.2, high: 0.94 })).toContain("too few");
    expect(counted(share(2, 3))).toBe("2 of 3");
  });

  it("have their counts and their interval", () => {
    const known = { ...share(69, 200), low: 0.283, high: 0.413 };
    expect(figure(known)).toBe("34.5%");
    expect(support(known)).toBe("69 of 200, 28%\u00a0–\u2060\u00a041%");
  });

  it("say a difference in points, with its sign", () => {
    expect(points(0.0123)).toBe("+1.2 points");
    expect(points(-0.2)).toBe("-20.0 points");
    expect(points(0)).toBe("0.0 points");
  });

  it("do not call chance a success", () => {
    expect(verdict(uplift(0.2, 0.05, 0.3))).toContain("helped");
    expect(verdict(uplift(0.2, -0.05, 0.3))).toContain("may be chance");
    expect(verdict(uplift(-0.2, -0.3, -0.1))).toContain("did harm");
  });

  it("do not call a difference of small groups a proof", () => {
    const words = verdict(uplift(0.2, 0.05, 0.3, 40));
    expect(words).toContain("Not a proof");
    expect(words).toContain("only 40 offers");
    expect(words).not.toContain("helped");
  });

  it("say why the uplift is not known", () => {
    const held = { held_back: share(0, 0), with_offers: share(3, 10) };
    const open = { difference: null, low: null, high: null };
    expect(verdict({ ...held, ...open })).toContain("insight.holdout_share");
    const none = { with_offers: share(0, 0), held_back: share(0, 0) };
    expect(verdict({ ...none, ...open })).toContain("14 days");
    const only = { with_offers: share(0, 0), held_back: share(1, 10) };
    expect(verdict({ ...only, ...open })).toContain("Only held back");
  });

  it("name a reason in words", () => {
    expect(named("own_orders")).toBe("Own orders");
    expect(named("same_orders")).toBe("In the same orders");
    expect(named("")).toBe("Not named");
  });

  it("leave out a table that has no row", () => {
    const offers = { by_reason: [group("popular")], by_model: [], by_rule: [] };
    const insight = {
      labels: { queue: { sales: "Sales" }, facet: {} },
      offers: { ...offers, by_facet: [], by_queue: [group("")] },
    };
    const titles = groupings(insight as unknown as Insight).map((each) => each.title);
    expect(titles).toEqual(["By reason", "By queue"]);
  });

  it("have the most shown first", () => {
    const groups = [group("a"), { ...group("b"), shown: 9 }];
    const empty = { by_model: [], by_rule: [], by_facet: [], by_queue: [] };
    const insight = {
      labels: { queue: {}, facet: {} },
      offers: { by_reason: groups, ...empty },
    } as unknown as Insight;
    expect(groupings(insight)[0]?.groups.map((each) => each.name)).toEqual(["b", "a"]);
  });
});
