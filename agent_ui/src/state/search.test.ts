import { expect, test } from "vitest";
import type { CustomersFound, FoundCustomer } from "../wire/frames";
import { initialDesk } from "./model";
import { reduce } from "./reduce";
import { searchPending } from "./search";

const ADA: FoundCustomer = {
  source: "erp",
  source_label: "ERP",
  key: "41",
  name: "Ada Byron",
  company: null,
  account: "A-41",
  town: null,
  last_order: null,
  why: "",
};

function found(reply_to: string, state: "pending" | "fresh"): CustomersFound {
  const sources = [{ source: "erp", label: "ERP", state, ms: null, message: null }];
  const found = { frame: "found", offset: 1, reply_to, text: "ada", more: 0 } as const;
  return { ...found, customers: [ADA], sources };
}

const frame = (frame: CustomersFound) =>
  ({ type: "frame", frame, nowMs: 0, typing: true }) as const;

test("a search is pending until no source is", () => {
  let state = reduce(initialDesk(), { type: "search_begun", id: "s1", text: "ada" });
  expect(searchPending(state.search)).toBe(true);
  state = reduce(state, frame(found("s1", "pending")));
  expect(state.search?.customers).toEqual([ADA]);
  expect(searchPending(state.search)).toBe(true);
  state = reduce(state, frame(found("s1", "fresh")));
  expect(searchPending(state.search)).toBe(false);
});

test("the answer of an older search changes nothing", () => {
  let state = reduce(initialDesk(), { type: "search_begun", id: "s1", text: "ada" });
  state = reduce(state, { type: "search_begun", id: "s2", text: "adam" });
  expect(reduce(state, frame(found("s1", "fresh")))).toBe(state);
});

test("a refused search says why, and is no trouble of the desk", () => {
  let state = reduce(initialDesk(), { type: "search_begun", id: "s1", text: "ada" });
  const refusal = {
    frame: "error",
    offset: 1,
    code: "too_many_searches",
    message: "60 searches within a minute",
    remedy: "",
    call_id: null,
    line: null,
    occurrence: null,
    reply_to: "s1",
  } as const;
  state = reduce(state, { type: "frame", frame: refusal, nowMs: 0, typing: true });
  expect(state.search?.failed).toBe("60 searches within a minute");
  expect(state.troubles).toEqual([]);
  expect(searchPending(state.search)).toBe(false);
});

test("a search that is closed is forgotten", () => {
  let state = reduce(initialDesk(), { type: "search_begun", id: "s1", text: "ada" });
  state = reduce(state, { type: "search_ended" });
  expect(state.search).toBeNull();
});
