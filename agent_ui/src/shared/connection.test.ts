import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { story } from "../state/golden";
import type { Link } from "../state/model";
import {
  BACKOFF_FIRST_MS,
  BACKOFF_MAX_MS,
  BACKOFF_MIN_MS,
  backoffMs,
  verdictOf,
} from "./backoff";
import { Commands } from "./commands";
import {
  ANSWER_WITHIN_MS,
  CONFIRM_WITHIN_MS,
  Connection,
  SILENCE_MS,
} from "./connection";

class Wire {
  static OPEN = 1;
  static all: Wire[] = [];
  readyState = Wire.OPEN;
  sent: { frame: string; after?: number }[] = [];
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;

  constructor(
    readonly url: string,
    readonly protocol: string,
  ) {
    Wire.all.push(this);
  }

  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }

  close(): void {
    this.readyState = 3;
  }

  says(frame: object): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
}

const hello = story("first_visit")[0] as object;
const open: Connection[] = [];
let links: Link[] = [];
let offset = 0;
let loggedIn = true;

function connect(): Connection {
  const connection = new Connection("/v1/agent", {
    onFrame: () => {},
    onLink: (link) => links.push(link),
    after: () => offset,
    loggedIn: () => Promise.resolve(loggedIn),
  });
  connection.start();
  open.push(connection);
  return connection;
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("WebSocket", Wire);
  Wire.all = [];
  links = [];
  offset = 0;
  loggedIn = true;
});

afterEach(() => {
  for (const connection of open.splice(0)) connection.stop();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("the browser answers hello with the last offset it saw", () => {
  offset = 41;
  connect();
  expect(Wire.all[0]?.protocol).toBe("screenpop.v1");
  Wire.all[0]?.says(hello);
  expect(Wire.all[0]?.sent).toEqual([{ frame: "resume", after: 41 }]);
  expect(links.at(-1)?.status).toBe("live");
});

test("nothing is sent before hello", () => {
  const connection = connect();
  expect(connection.send({ frame: "note", call_id: "c-1", text: "x" })).toBe(false);
  expect(Wire.all[0]?.sent).toEqual([]);
});

test("a lost connection is tried again, and says since when it is lost", () => {
  connect();
  Wire.all[0]?.says(hello);
  vi.setSystemTime(5_000);
  Wire.all[0]?.onclose?.({ code: 1006 });
  expect(links.at(-1)).toMatchObject({ status: "lost", sinceMs: 5_000 });
  vi.advanceTimersByTime(BACKOFF_MAX_MS);
  expect(Wire.all.length).toBe(2);
});

test("a connection that is refused since the session is over leads to the log-in", async () => {
  connect();
  Wire.all[0]?.says(hello);
  loggedIn = false;
  Wire.all[0]?.onclose?.({ code: 1006 });
  expect(links.at(-1)?.status).toBe("lost");
  await vi.advanceTimersByTimeAsync(BACKOFF_MAX_MS);
  Wire.all[1]?.onclose?.({ code: 1006 });
  await vi.advanceTimersByTimeAsync(60_000);
  expect(links.at(-1)?.status).toBe("logged_out");
  expect(Wire.all.length).toBe(2);
});

test("a refused connection of who is logged in is tried again", async () => {
  connect();
  Wire.all[0]?.onclose?.({ code: 1006 });
  await vi.advanceTimersByTimeAsync(BACKOFF_MAX_MS);
  expect(Wire.all.length).toBe(2);
});

test("a slow reader resumes at once, one that was replaced waits for its user", () => {
  connect();
  Wire.all[0]?.onclose?.({ code: 4408 });
  vi.advanceTimersByTime(1);
  expect(Wire.all.length).toBe(2);
  Wire.all[1]?.onclose?.({ code: 4409 });
  vi.advanceTimersByTime(60_000);
  expect(Wire.all.length).toBe(2);
  expect(links.at(-1)?.status).toBe("replaced");
});

test("after some silence the page asks, and without an answer connects again", () => {
  connect();
  const [first] = Wire.all;
  first?.says(hello);
  vi.advanceTimersByTime(SILENCE_MS);
  expect(first?.sent.length).toBe(2);
  first?.says({ frame: "done", offset: 1, reply_to: "x" });
  vi.advanceTimersByTime(SILENCE_MS);
  expect(first?.sent.length).toBe(3);
  expect(links.at(-1)?.status).toBe("live");
  vi.advanceTimersByTime(ANSWER_WITHIN_MS);
  expect(links.at(-1)?.status).toBe("lost");
  vi.advanceTimersByTime(BACKOFF_MAX_MS);
  expect(Wire.all.length).toBe(2);
});

test("a service that stops is noticed within 10 s, and the last word is named", () => {
  vi.setSystemTime(50_000);
  connect();
  Wire.all[0]?.says({ ...hello, heartbeat_s: 20 });
  vi.advanceTimersByTime(2_000);
  Wire.all[0]?.says({ frame: "done", offset: 1, reply_to: "x" });
  vi.advanceTimersByTime(10_000);
  expect(links.at(-1)).toMatchObject({ status: "lost", sinceMs: 52_000 });
});

test("a note that is not confirmed makes the page ask sooner", () => {
  const connection = connect();
  Wire.all[0]?.says(hello);
  vi.advanceTimersByTime(1_000);
  connection.send({ frame: "note", call_id: "c-1", text: "x", id: "n-1" });
  connection.send({ frame: "note", call_id: "c-1", text: "xy", id: "n-2" });
  vi.advanceTimersByTime(CONFIRM_WITHIN_MS);
  expect(Wire.all[0]?.sent.at(-1)).toMatchObject({ frame: "resume" });
  vi.advanceTimersByTime(ANSWER_WITHIN_MS);
  expect(links.at(-1)?.status).toBe("lost");
});

test("a confirmed note is no reason to ask", () => {
  const connection = connect();
  Wire.all[0]?.says(hello);
  connection.send({ frame: "note", call_id: "c-1", text: "x", id: "n-1" });
  vi.advanceTimersByTime(1_000);
  Wire.all[0]?.says({ frame: "done", offset: 1, reply_to: "n-1" });
  vi.advanceTimersByTime(CONFIRM_WITHIN_MS);
  expect(Wire.all[0]?.sent.length).toBe(2);
});

test("a desk without a telephone asks from the beginning, since only that is answered", () => {
  offset = 41;
  connect();
  Wire.all[0]?.says({ ...hello, agent: null });
  vi.advanceTimersByTime(SILENCE_MS);
  expect(Wire.all[0]?.sent.at(-1)).toEqual({ frame: "resume", after: 0 });
});

test("who comes back to a hidden page sees at once whether it is live", () => {
  connect();
  Wire.all[0]?.says(hello);
  document.dispatchEvent(new Event("visibilitychange"));
  expect(Wire.all[0]?.sent.length).toBe(2);
});

test("a connection started again connects at once when the network is back", () => {
  const connection = connect();
  Wire.all[0]?.says(hello);
  connection.stop();
  connection.start();
  Wire.all[1]?.onclose?.({ code: 1006 });
  dispatchEvent(new Event("online"));
  expect(Wire.all.length).toBe(3);
  connection.stop();
  dispatchEvent(new Event("online"));
  expect(Wire.all.length).toBe(3);
});

test("a service that never says hello is given up", () => {
  connect();
  vi.advanceTimersByTime(10_000);
  expect(links.at(-1)?.status).toBe("lost");
});

test("waiting grows with each attempt, up to a limit, and differs by chance", () => {
  expect(backoffMs(0, 0)).toBe(BACKOFF_MIN_MS);
  expect(backoffMs(0, 1)).toBe(BACKOFF_FIRST_MS);
  expect(backoffMs(2, 1)).toBe(BACKOFF_FIRST_MS * 4);
  expect(backoffMs(50, 1)).toBe(BACKOFF_MAX_MS);
  expect(backoffMs(50, 0)).toBe(BACKOFF_MIN_MS);
});

test("only a session that is over sends to the log-in", () => {
  const codes = [4401, 4403, 1012, 1006, 4429];
  expect(codes.map((code) => verdictOf(code).status)).toEqual([
    "logged_out",
    "forbidden",
    "lost",
    "lost",
    "lost",
  ]);
});

test("a newer note takes the place of an older one that is not confirmed", () => {
  const commands = new Commands();
  const older = commands.put({ frame: "note", call_id: "c-1", text: "a" });
  const newer = commands.put({ frame: "note", call_id: "c-1", text: "ab" });
  expect(commands.waiting()).toEqual([newer]);
  expect(commands.settle(String(older.id))).toBeNull();
  expect(commands.settle(String(newer.id))).toEqual(newer);
  expect(commands.waiting()).toEqual([]);
});
