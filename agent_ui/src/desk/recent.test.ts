import { expect, test } from "vitest";
import type { RecentCall } from "../shared/api";
import { nextReadMs } from "./recent";

const over = { call_id: "c-1", outcome: "completed" } as RecentCall;
const open = { call_id: "c-2", outcome: null } as RecentCall;

test("recent calls are read again until the history has the call that just left", () => {
  expect([1, 2, 3].map((reads) => nextReadMs(reads, []))).not.toContain(null);
  expect(nextReadMs(4, [over])).toBeNull();
});

test("recent calls are read again as long as one of them goes on", () => {
  expect(nextReadMs(40, [over, open])).toBeGreaterThan(0);
});
