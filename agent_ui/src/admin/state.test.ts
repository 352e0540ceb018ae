import { expect, test } from "vitest";
import type { RequestSeen, RequestsPage, Stream } from "./answers";
import { after, held, initialAdmin, REQUESTS_MAX, reduceAdmin } from "./state";
import { connection, fieldsOf, readable, summary } from "./words";

const request = (number: number, more: Partial<RequestSeen> = {}): RequestSeen => ({
  number,
  at: "2026-11-21T09:00:00Z",
  method: "POST",
  path: "/v1/telephony/main",
  headers: [],
  body: "{}",
  body_bytes: 2,
  cut: false,
  remote: null,
  status: 200,
  verdict: "events",
  why: null,
  remedy: null,
  events: [],
  notes: [],
  repeated: 0,
  ...more,
});

const page = (numbers: number[], more: Partial<RequestsPage> = {}): RequestsPage => ({
  line: "main",
  run: "r1",
  newest: Math.max(0, ...numbers),
  missed: 0,
  requests: numbers.map((number) => request(number)),
  ...more,
});

const told = (...pages: RequestsPage[]) =>
  pages.reduce(
    (state, each) =>
      reduceAdmin(state, { type: "requests", page: each, after: after(state, "main") }),
    initialAdmin,
  );

const numbers = (state: typeof initialAdmin) =>
  state.requests.main?.list.map((each) => each.number);

test("newer requests stand above older ones, each once", () => {
  const state = told(page([1, 2]), page([2, 3]));
  expect(numbers(state)).toEqual([3, 2, 1]);
  expect(after(state, "main")).toBe(3);
});

test("a service that started anew begins anew", () => {
  expect(numbers(told(page([7, 8]), page([1], { run: "r2" })))).toEqual([1]);
});

test("what is kept here is bounded, too", () => {
  const many = Array.from({ length: 3 * REQUESTS_MAX }, (_, index) => index + 1);
  expect(numbers(told(page([1]), page(many)))?.length).toBe(REQUESTS_MAX);
});

test("those that came too fast are counted, those before the page opened are not", () => {
  const state = told(page([60], { missed: 10 }), page([90], { missed: 29 }));
  expect(state.requests.main?.missed).toBe(29);
});

test("nothing new pushes away what somebody reads", () => {
  const list = [request(3), request(2), request(1)];
  expect(held(list, 2).map((each) => each.number)).toEqual([2, 1]);
  expect(held(list, null).length).toBe(3);
});

test("an answer ends the trouble", () => {
  const trouble = reduceAdmin(initialAdmin, { type: "trouble", message: "away" });
  expect(trouble.trouble).toBe("away");
  const node = { version: "1", status: "ready", problems: [], sessions: {} } as const;
  const again = reduceAdmin(trouble, {
    type: "overview",
    node: { ...node, problems: [] },
    lines: [],
    sources: [],
    orders: {
      model: {
        number: null,
        trained_at: null,
        newest_order_at: null,
        lines: 0,
        orders: 0,
        customers: 0,
        items: 0,
        rankings: [],
        step: null,
        failed_at: null,
        trouble: null,
      },
      lines: 7,
      orders: 3,
      customers: 2,
      items: 4,
      opted_out: 0,
      feeds: [],
    },
    nowMs: 5,
  });
  expect([again.trouble, again.answeredMs]).toEqual([null, 5]);
  expect(again.orders?.lines).toBe(7);
});

test("a request is summed up in one line", () => {
  const events = [
    { type: "alerting", agents: ["1001", "1002"], queue: "sales", from: "+44207" },
    { type: "answered", agents: ["1001"], withheld: true },
    { type: "ignored", why: "it is not a call" },
  ];
  expect(summary(request(1, { events }))).toBe(
    "alerting at 1001, 1002, in sales, +44207; answered at 1001, number withheld; ignored: it is not a call",
  );
  expect(summary(request(1, { verdict: "refused", why: "forged" }))).toBe("forged");
  expect(summary(request(1))).toBe("No event in it");
});

test("an event shows what it says and nothing else", () => {
  const event = {
    type: "alerting",
    call_id: "c-1",
    agents: [],
    queue: null,
    withheld: false,
    attributes: { account: "7", deep: { a: [1, 2] } },
  };
  expect(fieldsOf(event)).toEqual([
    ["call id", "c-1"],
    ["attributes", "account: 7, deep: a: 1, 2"],
  ]);
});

test("bodies are laid out for reading, whatever they are", () => {
  expect(readable('{"a":1}')).toBe('{\n  "a": 1\n}');
  expect(readable("a=1&b=%2B44")).toBe("a = 1\nb = +44");
  expect(readable("a=%zz&b=1")).toBe("a=%zz\nb = 1");
  expect(readable("<xml/>")).toBe("<xml/>");
  expect(readable('{"cut": ')).toBe('{"cut": ');
});

const stream = (more: Partial<Stream> = {}): Stream => ({
  connected_since: "2026-11-21T09:00:00Z",
  trouble: null,
  hints: [],
  connections: 3,
  lost: 2,
  last_message_at: "2026-11-21T09:05:00Z",
  messages: 100,
  events: 10,
  waiting: 0,
  refused: 0,
  undecodable: 0,
  synchronised: 3,
  ignored: {},
  ...more,
});

test("a connection to a switch says since when, how often anew, and when it last spoke", () => {
  const ago = (at: string) => `at ${at.slice(11, 16)}`;
  expect(connection(stream(), ago)).toBe(
    "connected at 09:00; 2 reconnects; last message at 09:05",
  );
  const never = stream({
    connected_since: null,
    connections: 0,
    last_message_at: null,
  });
  expect(connection(never, ago)).toBe("not connected; 0 reconnects; no message yet");
  expect(connection(stream({ connections: 2 }), ago)).toContain("; 1 reconnect;");
});
