import { describe, expect, it } from "vitest";
import { choiceOf, cleared, isSearch, pathOf, searchOf } from "./choice";

const TODAY = "2026-11-29";

describe("the choice of own calls", () => {
  it("stands in the address and comes back from it", () => {
    const search = "?q=ada+pump&part=missed&queue=sales&note=with&from=2026-11-01";
    const choice = choiceOf(search, TODAY);
    expect(choice).toMatchObject({ q: "ada pump", part: "missed", to: TODAY });
    expect(choiceOf(searchOf(choice, TODAY), TODAY)).toEqual(choice);
    expect(pathOf(choice)).toBe(
      "/v1/me/calls?from=2026-11-01&to=2026-11-30&q=ada+pump&part=missed&queue=sales&note=with",
    );
  });

  it("is the last week of all calls, whatever a broken address says", () => {
    const usual = choiceOf("", TODAY);
    expect(choiceOf("?part=slept&note=1&from=x&to=2026-99-99", TODAY)).toEqual(usual);
    expect(searchOf(usual, TODAY)).toBe("");
    expect(usual.from).toBe("2026-11-23");
    expect(isSearch(usual)).toBe(false);
  });

  it("is cleared without its days", () => {
    const choice = choiceOf("?q=ada&from=2026-11-01&to=2026-11-02", TODAY);
    expect(isSearch(choice)).toBe(true);
    expect(searchOf(cleared(choice), TODAY)).toBe("?from=2026-11-01&to=2026-11-02");
  });

  it("asks nothing of a range that ends before it begins", () => {
    expect(pathOf(choiceOf("?from=2026-11-02&to=2026-11-01", TODAY))).toBeNull();
  });
});
