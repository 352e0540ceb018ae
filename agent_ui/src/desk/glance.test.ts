import { expect, test } from "vitest";
import type { Pop } from "../state/model";
import type { DispositionChoice, FacetShape } from "../wire/frames";
import {
  type CallRow,
  callBackPromised,
  callsLately,
  earlierCalls,
  saysBalance,
  waitedMs,
} from "./glance";

const NOW = "2026-11-24T10:00:00Z";
const CHOICES: DispositionChoice[] = [
  { code: "later", label: "Call-back", note_required: false, labels: {} },
];
const WORDS = ["call back"];

function pop(more: object = {}): Pop {
  return {
    arrived_at: NOW,
    answered_at: null,
    ended_at: null,
    direction: "inbound",
    earlier_agents: [],
    facets: {},
    ...more,
  } as unknown as Pop;
}

function row(hoursAgo: number, more: CallRow = {}): CallRow {
  const at = new Date(Date.parse(NOW) - hoursAgo * 3_600_000).toISOString();
  return {
    at,
    direction: "inbound",
    talk_s: 60,
    note: null,
    disposition: null,
    ...more,
  };
}

test("calls of 48 hours are counted, with the one that comes in", () => {
  const rows = [row(1), row(47), row(49), row(2, { direction: "outbound" })];
  expect(callsLately(pop(), rows)).toBe(3);
  expect(callsLately(pop({ direction: "outbound" }), rows)).toBe(2);
});

test("earlier calls are not known before their source answered", () => {
  const facet = (state: string, rows: CallRow[]) => ({
    facets: { interactions: { state, rows } },
  });
  expect(earlierCalls(pop())).toBeNull();
  expect(earlierCalls(pop(facet("pending", [])))).toBeNull();
  expect(earlierCalls(pop(facet("failed", [])))).toBeNull();
  expect(earlierCalls(pop(facet("empty", [])))).toEqual([]);
  const [newest] = earlierCalls(pop(facet("fresh", [row(9), row(3)]))) ?? [];
  expect(newest).toEqual(row(3));
});

test("a call back is open until a later call was answered", () => {
  const promised = row(20, { note: "Will CALL-BACK on Tuesday 10:00" });
  const missed = row(3, { talk_s: null });
  expect(callBackPromised([missed, promised], WORDS, CHOICES)).toBe(promised);
  expect(callBackPromised([row(3), promised], WORDS, CHOICES)).toBeNull();
  const byResult = row(5, { disposition: "later" });
  expect(callBackPromised([byResult], WORDS, CHOICES)).toBe(byResult);
  expect(callBackPromised([byResult], [], CHOICES)).toBeNull();
});

test("the wait ends with the answer, and of a transferred call it is not known", () => {
  const later = Date.parse(NOW) + 90_000;
  expect(waitedMs(pop(), later)).toBe(90_000);
  expect(waitedMs(pop({ answered_at: "2026-11-24T10:00:42Z" }), later)).toBe(42_000);
  expect(waitedMs(pop({ earlier_agents: ["Ana"] }), later)).toBeNull();
  expect(waitedMs(pop({ direction: "outbound" }), later)).toBeNull();
});

test("a balance has its place only where a source could say one", () => {
  const shape = (name: string) =>
    [
      { name: "balance", label: "", fields: [{ name }], columns: [] },
    ] as unknown as FacetShape[];
  expect(saysBalance(shape("open"))).toBe(true);
  expect(saysBalance(shape("overdue"))).toBe(false);
});
