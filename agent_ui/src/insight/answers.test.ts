import { describe, expect, it } from "vitest";
import { named, percent, points, type Share, verdict } from "./answers";

function share(count: number, of: number): Share {
  return { count, of, share: of ? count / of : null, low: null, high: null };
}

function uplift(difference: number | null, low: number | null, high: number | null) {
  const groups = { with_offers: share(3, 10), held_back: share(1, 10) };
  return { ...groups, difference, low, high };
}

describe("the numbers of offers", () => {
  it("are a dash where there is nothing to share", () => {
    expect(percent(null)).toBe("–");
    expect(percent(0.345)).toBe("35 %");
  });

  it("say a difference in points, with its sign", () => {
    expect(points(0.0123)).toBe("+1.2 points");
    expect(points(-0.2)).toBe("−20.0 points");
    expect(points(0)).toBe("±0.0 points");
  });

  it("do not call chance a success", () => {
    expect(verdict(uplift(0.2, 0.05, 0.3))).toContain("helped");
    expect(verdict(uplift(0.2, -0.05, 0.3))).toContain("may be chance");
    expect(verdict(uplift(-0.2, -0.3, -0.1))).toContain("did harm");
  });

  it("say why the uplift is not known", () => {
    expect(verdict(uplift(null, null, null))).toContain("insight.holdout_share");
    const none = { with_offers: share(0, 0), held_back: share(0, 0) };
    expect(verdict({ ...none, difference: null, low: null, high: null })).toContain(
      "14 days",
    );
  });

  it("name a reason in words", () => {
    expect(named("own_orders")).toBe("Own orders");
    expect(named("")).toBe("No reason given");
  });
});
