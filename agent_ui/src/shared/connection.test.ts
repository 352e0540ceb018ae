import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { story } from "../state/golden";
import type { Link } from "../state/model";
import { BACKOFF_MAX_MS, BACKOFF_MIN_MS, backoffMs, verdictOf } from "./backoff";
import { Commands } from "./commands";
import { Connection } from "./connection";

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

test("after a silent heartbeat the page asks, and without an answer connects anew", () => {
  connect();
  const [first] = Wire.all;
  first?.says(hello);
  vi.advanceTimersByTime(20_000);
  expect(first?.sent.length).toBe(2);
  first?.says({ frame: "done", offset: 1, reply_to: "x" });
  vi.advanceTimersByTime(20_000);
  expect(first?.sent.length).toBe(3);
  vi.advanceTimersByTime(30_000);
  expect(links.at(-1)?.status).toBe("lost");
});

test("a service that never says hello is given up", () => {
  connect();
  vi.advanceTimersByTime(10_000);
  expect(links.at(-1)?.status).toBe("lost");
});

test("waiting grows with each attempt, up to a limit, and differs by chance", () => {
  expect(backoffMs(0, 1)).toBe(BACKOFF_MIN_MS);
  expect(backoffMs(3, 1)).toBe(BACKOFF_MIN_MS * 8);
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
