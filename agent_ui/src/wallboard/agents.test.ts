import { expect, test } from "vitest";
import type { AgentRow } from "../wire/frames";
import { doingOf } from "./agents";

const ROW: AgentRow = {
  agent: "1001",
  name: "Ana",
  state: "available",
  telephone: "idle",
  since: "",
  queue: null,
  user: "ana",
  desk: true,
  team: null,
  reason: null,
};

test("who has no desk open is not among the available", () => {
  expect(doingOf(ROW)).toBe("available");
  expect(doingOf({ ...ROW, desk: false })).toBe("no_desk");
  expect(doingOf({ ...ROW, desk: false, telephone: "talking" })).toBe("talking");
  expect(doingOf({ ...ROW, desk: false, state: "offline" })).toBe("offline");
});
