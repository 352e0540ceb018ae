// How does an agent who looks elsewhere learn that the telephone rings?

import { uniqueId } from "../shared/commands";

const CHANNEL = "screenpop.tabs";
const LEADER_LOCK = "screenpop.leader";
const BLINK_MS = 1000;

export interface Ringing {
  callId: string;
  title: string;
  body: string;
}

type Message = { kind: "visible" | "hidden" | "roll_call"; tab: string };

/**
 * One desktop notification per call, however many tabs are open: the tab that holds
 * the lock shows it, and only while no tab of this person is in sight. Where the
 * browser lacks locks or channels, the notification's tag still merges doubles.
 */
export class Notices {
  #tab = uniqueId();
  #leads = !("locks" in navigator);
  #visible = new Set<string>();
  #channel = "BroadcastChannel" in window ? new BroadcastChannel(CHANNEL) : null;
  #shown = new Map<string, Notification>();
  #release: () => void = () => {};
  #blink = 0;
  #ringing: Ringing[] = [];

  constructor(private readonly onClick: (callId: string) => void) {
    document.addEventListener("visibilitychange", this.#onVisibility);
    this.#channel?.addEventListener("message", this.#onMessage);
    this.#say("roll_call");
    this.#onVisibility();
    if (!this.#leads) this.#stand();
  }

  stop(): void {
    document.removeEventListener("visibilitychange", this.#onVisibility);
    this.#say("hidden");
    this.#channel?.close();
    this.#release();
    this.show([]);
  }

  /** Called with all calls that ring now. */
  show(ringing: Ringing[]): void {
    this.#ringing = ringing;
    this.#title();
    const ids = new Set(ringing.map((each) => each.callId));
    for (const [callId, notification] of this.#shown) {
      if (ids.has(callId)) continue;
      notification.close();
      this.#shown.delete(callId);
    }
    if (this.#leads && document.hidden && this.#visible.size === 0) {
      for (const each of ringing) this.#notify(each);
    }
  }

  #notify({ callId, title, body }: Ringing): void {
    if (this.#shown.has(callId) || !mayNotify()) return;
    const notification = new Notification(title, { body, tag: `screenpop ${callId}` });
    notification.onclick = () => {
      window.focus();
      this.onClick(callId);
      notification.close();
    };
    this.#shown.set(callId, notification);
  }

  /** `● Ana Schmidt rings`, blinking while the tab is hidden. */
  #title(): void {
    clearInterval(this.#blink);
    const [first] = this.#ringing;
    document.title = first ? alertTitle(this.#ringing) : "Screenpop";
    if (!first || !document.hidden) return;
    let on = true;
    this.#blink = window.setInterval(() => {
      on = !on;
      document.title = on ? alertTitle(this.#ringing) : "○ Screenpop";
    }, BLINK_MS);
  }

  #stand(): void {
    const term = new Promise<void>((resolve) => {
      this.#release = resolve;
    });
    const lead = () => {
      this.#leads = true;
      this.show(this.#ringing);
      return term;
    };
    navigator.locks.request(LEADER_LOCK, lead).catch(() => {
      this.#leads = true;
    });
  }

  #onVisibility = (): void => {
    this.#say(document.hidden ? "hidden" : "visible");
    this.show(this.#ringing);
  };

  #onMessage = (event: MessageEvent<Message>): void => {
    const { kind, tab } = event.data;
    if (kind === "visible") this.#visible.add(tab);
    if (kind === "hidden") this.#visible.delete(tab);
    if (kind === "roll_call" && !document.hidden) this.#say("visible");
  };

  #say(kind: Message["kind"]): void {
    this.#channel?.postMessage({ kind, tab: this.#tab });
  }
}

function alertTitle(ringing: Ringing[]): string {
  const count = ringing.length > 1 ? `(${ringing.length}) ` : "";
  return `● ${count}${ringing[0]?.title ?? ""}`;
}

export function mayNotify(): boolean {
  return "Notification" in window && Notification.permission === "granted";
}

export function mayAskToNotify(): boolean {
  return "Notification" in window && Notification.permission === "default";
}
