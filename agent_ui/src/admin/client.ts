// How does the page hear what arrives? It asks, while somebody looks.

import { Refused, read } from "../shared/api";
import { Store } from "../shared/store";
import type { Line, Node, Orders, RequestsPage, Source } from "./answers";
import { after, initialAdmin, reduceAdmin } from "./state";

const ASK_EVERY_MS = 2_000;

export class AdminClient {
  readonly store = new Store(reduceAdmin, initialAdmin);
  #open = new Set<string>();
  #timer = 0;
  #asking = false;
  #onExpired: () => void;

  constructor(onExpired: () => void) {
    this.#onExpired = onExpired;
  }

  start(): () => void {
    const look = () => void this.#ask();
    document.addEventListener("visibilitychange", look);
    this.#timer = window.setInterval(look, ASK_EVERY_MS);
    look();
    return () => {
      document.removeEventListener("visibilitychange", look);
      clearInterval(this.#timer);
    };
  }

  /** Follow a line's requests from now on, or no longer. */
  follow(line: string, wanted: boolean): void {
    if (wanted) this.#open.add(line);
    else this.#open.delete(line);
    if (wanted) void this.#ask();
  }

  async #ask(): Promise<void> {
    if (this.#asking || document.visibilityState === "hidden") return;
    this.#asking = true;
    try {
      await this.#overview();
      for (const line of this.#open) await this.#requests(line);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (error.status === 401) this.#onExpired();
      const message = `${error.message} ${error.remedy}`.trim();
      this.store.dispatch({ type: "trouble", message });
    } finally {
      this.#asking = false;
    }
  }

  async #overview(): Promise<void> {
    const [node, { lines }, { sources }, orders] = await Promise.all([
      read<Node>("/v1/node"),
      read<{ lines: Line[] }>("/v1/lines"),
      read<{ sources: Source[] }>("/v1/sources"),
      read<Orders>("/v1/orders"),
    ]);
    const nowMs = Date.now();
    this.store.dispatch({ type: "overview", node, lines, sources, orders, nowMs });
  }

  async #requests(line: string): Promise<void> {
    const path = `/v1/lines/${encodeURIComponent(line)}/requests?after=`;
    let from = after(this.store.state, line);
    let page = await read<RequestsPage>(`${path}${from}`);
    const known = this.store.state.requests[line];
    if (known && known.run !== page.run) {
      from = 0;
      page = await read<RequestsPage>(`${path}0`);
    }
    this.store.dispatch({ type: "requests", page, after: from });
  }
}
