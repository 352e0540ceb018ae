// How does the page stay connected, and where does it resume?

import type { Link, LinkStatus } from "../state/model";
import type { ClientFrame, Hello, ServerFrame } from "../wire/frames";
import { backoffMs, verdictOf } from "./backoff";

const SUBPROTOCOL = "screenpop.v1";
/** Pings of the service are not seen by scripts. So after some silence the page asks
 * what it missed (`resume`); without an answer the line is dead. Together at most 9 s:
 * nobody may trust a dead page for longer. */
export const SILENCE_MS = 5_000;
export const ANSWER_WITHIN_MS = 4_000;
/** A command that is not confirmed within this time is a reason to ask as well. */
export const CONFIRM_WITHIN_MS = 3_000;
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
  #heardMs = 0;
  #retry = 0;
  #silence = 0;
  #unconfirmed = 0;
  #asked = false;
  #greeted = false;
  #resumes = false;
  #stopped = false;

  constructor(
    private readonly path: string,
    private readonly ears: Ears,
  ) {}

  start(): void {
    this.#stopped = false;
    addEventListener("online", this.#now);
    document.addEventListener("visibilitychange", this.#onVisible);
    clearTimeout(this.#retry);
    this.#tell(this.#lostSinceMs ? "lost" : "connecting");
    this.#open();
  }

  stop(): void {
    this.#stopped = true;
    removeEventListener("online", this.#now);
    document.removeEventListener("visibilitychange", this.#onVisible);
    clearTimeout(this.#retry);
    this.#drop();
  }

  /** Whether the frame went out; if not, the caller keeps it until `live`. */
  send(frame: ClientFrame): boolean {
    if (this.#socket?.readyState !== WebSocket.OPEN || !this.#greeted) return false;
    this.#socket.send(JSON.stringify(frame));
    if (frame.id) this.#wantsConfirmation();
    return true;
  }

  #open(): void {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = new WebSocket(
      `${scheme}://${location.host}${this.path}`,
      SUBPROTOCOL,
    );
    this.#socket = socket;
    this.#expect(HELLO_WITHIN_MS, Date.now());
    socket.onmessage = (event) => {
      if (socket === this.#socket) this.#heard(String(event.data));
    };
    socket.onclose = (event) => {
      if (socket === this.#socket) this.#closed(event.code);
    };
  }

  #heard(text: string): void {
    const receivedMs = performance.now();
    this.#heardMs = Date.now();
    const frame = JSON.parse(text) as ServerFrame;
    this.ears.onFrame(frame, receivedMs);
    if (this.#stopped) return;
    if (frame.frame === "hello") this.#greet(frame);
    this.#listen();
  }

  #greet(hello: Hello): void {
    this.#greeted = true;
    this.#resumes = hello.agent !== null || this.path !== "/v1/agent";
    this.send({ frame: "resume", after: this.ears.after() });
    this.#attempt = 0;
    this.#lostSinceMs = 0;
    this.#tell("live");
  }

  /** Any frame shows that the service is there. */
  #listen(): void {
    clearTimeout(this.#silence);
    clearTimeout(this.#unconfirmed);
    this.#unconfirmed = 0;
    this.#asked = false;
    if (!this.#greeted) return;
    this.#silence = window.setTimeout(this.#ask, SILENCE_MS);
  }

  #wantsConfirmation(): void {
    if (this.#asked || this.#unconfirmed) return;
    this.#unconfirmed = window.setTimeout(this.#ask, CONFIRM_WITHIN_MS);
  }

  /** A desk without a telephone is answered only when it asks from the beginning. */
  #ask = (): void => {
    if (this.#asked || !this.#greeted) return;
    this.#asked = true;
    this.send({ frame: "resume", after: this.#resumes ? this.ears.after() : 0 });
    this.#expect(ANSWER_WITHIN_MS, this.#heardMs);
  };

  /** Timers of a hidden page are slow: who comes back to it must not be misled. */
  #onVisible = (): void => {
    if (!document.hidden) this.#ask();
  };

  #expect(withinMs: number, heardMs: number): void {
    clearTimeout(this.#silence);
    this.#silence = window.setTimeout(() => this.#closed(SILENT, heardMs), withinMs);
  }

  /** `sinceMs`: what came later may be missing on the page. */
  #closed(code: number, sinceMs = Date.now()): void {
    const refused = code === SILENT && !this.#greeted;
    this.#drop();
    if (this.#stopped) return;
    const verdict = verdictOf(code);
    this.#lostSinceMs ||= sinceMs;
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
    clearTimeout(this.#unconfirmed);
    this.#unconfirmed = 0;
    const socket = this.#socket;
    this.#socket = null;
    this.#greeted = false;
    this.#asked = false;
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
