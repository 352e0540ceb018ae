// How does the page stay connected, and where does it resume?

import type { Link, LinkStatus } from "../state/model";
import type { ClientFrame, Hello, ServerFrame } from "../wire/frames";
import { backoffMs, verdictOf } from "./backoff";

const SUBPROTOCOL = "screenpop.v1";
/** Pings of the service are not seen by scripts. So after one silent heartbeat the
 * page asks what it missed; no answer within so many more: the line is dead. */
const ANSWER_HEARTBEATS = 1.5;
const HELLO_WITHIN_MS = 10_000;
const SILENT = 1006;
const LOGGED_OUT = 4401;

export interface Ears {
  onFrame(frame: ServerFrame, receivedMs: number): void;
  onLink(link: Link): void;
  /** The last offset applied; named in `resume`. */
  after(): number;
  /** Asked when a connection is refused: scripts cannot see the answer's status. */
  loggedIn(): Promise<boolean>;
}

export class Connection {
  #socket: WebSocket | null = null;
  #attempt = 0;
  #lostSinceMs = 0;
  #retry = 0;
  #silence = 0;
  #heartbeatMs = 0;
  #answers = false;
  #stopped = false;

  constructor(
    private readonly path: string,
    private readonly ears: Ears,
  ) {
    addEventListener("online", this.#now);
  }

  start(): void {
    this.#stopped = false;
    clearTimeout(this.#retry);
    this.#tell(this.#lostSinceMs ? "lost" : "connecting");
    this.#open();
  }

  stop(): void {
    this.#stopped = true;
    removeEventListener("online", this.#now);
    clearTimeout(this.#retry);
    this.#drop();
  }

  /** Whether the frame went out; if not, the caller keeps it until `live`. */
  send(frame: ClientFrame): boolean {
    if (this.#socket?.readyState !== WebSocket.OPEN || !this.#heartbeatMs) return false;
    this.#socket.send(JSON.stringify(frame));
    return true;
  }

  #open(): void {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = new WebSocket(
      `${scheme}://${location.host}${this.path}`,
      SUBPROTOCOL,
    );
    this.#socket = socket;
    this.#expect(HELLO_WITHIN_MS);
    socket.onmessage = (event) => {
      if (socket === this.#socket) this.#heard(String(event.data));
    };
    socket.onclose = (event) => {
      if (socket === this.#socket) this.#closed(event.code);
    };
  }

  #heard(text: string): void {
    const receivedMs = performance.now();
    const frame = JSON.parse(text) as ServerFrame;
    this.ears.onFrame(frame, receivedMs);
    if (this.#stopped) return;
    if (frame.frame === "hello") this.#greeted(frame);
    this.#listen();
  }

  #greeted(hello: Hello): void {
    this.#heartbeatMs = hello.heartbeat_s * 1000;
    this.#answers = hello.agent !== null || this.path !== "/v1/agent";
    this.send({ frame: "resume", after: this.ears.after() });
    this.#attempt = 0;
    this.#lostSinceMs = 0;
    this.#tell("live");
  }

  /** A desk without a telephone gets no answer to `resume`, so it is not asked. */
  #listen(): void {
    clearTimeout(this.#silence);
    if (!this.#heartbeatMs || !this.#answers) return;
    this.#silence = window.setTimeout(() => this.#ask(), this.#heartbeatMs);
  }

  #ask(): void {
    this.send({ frame: "resume", after: this.ears.after() });
    this.#expect(this.#heartbeatMs * ANSWER_HEARTBEATS);
  }

  #expect(withinMs: number): void {
    clearTimeout(this.#silence);
    this.#silence = window.setTimeout(() => this.#closed(SILENT), withinMs);
  }

  #closed(code: number): void {
    const refused = code === SILENT && !this.#heartbeatMs;
    this.#drop();
    if (this.#stopped) return;
    const verdict = verdictOf(code);
    this.#lostSinceMs ||= Date.now();
    this.#tell(verdict.status);
    if (verdict.retry === "no") return;
    const waitMs =
      verdict.retry === "at_once" ? 0 : backoffMs(this.#attempt, Math.random());
    this.#attempt += 1;
    this.#retry = window.setTimeout(() => this.#open(), waitMs);
    if (refused) void this.#isOver();
  }

  /** The session may have ended while there was no connection to say so. */
  async #isOver(): Promise<void> {
    if (await this.ears.loggedIn()) return;
    clearTimeout(this.#retry);
    this.#closed(LOGGED_OUT);
  }

  #drop(): void {
    clearTimeout(this.#silence);
    const socket = this.#socket;
    this.#socket = null;
    this.#heartbeatMs = 0;
    socket?.close();
  }

  /** The network is back: do not wait for the back-off to run out. */
  #now = (): void => {
    if (this.#socket || this.#stopped || !this.#lostSinceMs) return;
    clearTimeout(this.#retry);
    this.#open();
  };

  #tell(status: LinkStatus): void {
    this.ears.onLink({ status, sinceMs: this.#lostSinceMs, attempt: this.#attempt });
  }
}
