import { expect, test } from "vitest";
import { preferencesFrom } from "./preferences";

test("only what fits is taken from what was kept", () => {
  const found = preferencesFrom({
    theme: "pink",
    density: "compact",
    type: 1e9,
    keysOff: ["undo", 3],
    ringVolume: "loud",
    sort: { by: "waiting", down: true },
    of: "another version",
  });
  const usual = preferencesFrom({});
  expect(found).toEqual({
    ...usual,
    density: "compact",
    sort: { by: "waiting", down: true },
  });
});

test.each([null, 3, "x", [1]])("%j is as if nothing was kept", (kept) => {
  expect(preferencesFrom(kept)).toEqual(preferencesFrom({}));
});
