import { expect, test } from "vitest";
import type { Expiring, SourceTimes, TimesOfInterval } from "./answers";
import { everyInterval } from "./source_times";
import { expiryInWords } from "./words";

const NOW = Date.parse("2026-11-29T12:07:30Z");

function times(since: string, ...at: string[]): SourceTimes {
  const intervals = at.map((each) => ({ at: each }) as TimesOfInterval);
  return { source: "erp", since, interval_s: 300, intervals };
}

test("a chart has the quiet intervals, too, up to the one that runs", () => {
  const places = everyInterval(
    times("2026-11-29T10:01:00Z", "2026-11-29T10:05:00Z", "2026-11-29T12:05:00Z"),
    NOW,
  );
  expect(places.length).toBe(26);
  expect(places[0]?.atMs).toBe(Date.parse("2026-11-29T10:00:00Z"));
  expect(places.filter(({ own }) => own).length).toBe(2);
  expect(places[1]?.own?.at).toBe("2026-11-29T10:05:00Z");
  expect(places[25]?.own?.at).toBe("2026-11-29T12:05:00Z");
});

test("a chart of a service that has just started is an hour wide", () => {
  const places = everyInterval(times("2026-11-29T12:06:00Z"), NOW);
  expect(places.length).toBe(12);
  expect(places.every(({ own }) => own === null)).toBe(true);
});

test("a key that ends is said in words", () => {
  const said = (days_left: number, state: Expiring["state"]) =>
    expiryInWords({ kind: "key", days_left, state });
  expect([
    said(90, "good"),
    said(13, "warning"),
    said(1, "critical"),
    said(0, "critical"),
    said(-1, "critical"),
  ]).toEqual([
    "Key: expires in 90 days",
    "Key: expires in 13 days, renew it",
    "Key: expires in 1 day, renew it",
    "Key: expires today, renew it",
    "Key: has expired, renew it",
  ]);
  const short: Expiring = { kind: "server_certificate", days_left: 3, state: "good" };
  expect(expiryInWords(short)).toBe("Server certificate: expires in 3 days");
});
