// What does every part of the desk have at hand?

import { createContext } from "preact";
import { useContext } from "preact/hooks";
import { useNow } from "../shared/clock";
import type { Formats } from "../shared/format";
import type { DeskState } from "../state/model";
import type { DeskClient } from "./client";

export interface Desk {
  client: DeskClient;
  state: DeskState;
  formats: Formats;
  /** Show source and age under each value. */
  sources: boolean;
}

export const DeskContext = createContext<Desk | null>(null);

export function useDesk(): Desk {
  const desk = useContext(DeskContext);
  if (!desk) throw new Error("useDesk outside of the desk");
  return desk;
}

/** Now on the server's clock, redrawn every `everyS` seconds. */
export function useServerNow(everyS = 1): number {
  return useNow(everyS) + useDesk().state.skewMs;
}

/** The same for calls: nobody knows how long a call goes on once the line is lost. */
export function useCallNow(): number {
  const now = useServerNow();
  const { link, skewMs } = useDesk().state;
  return link.sinceMs ? Math.min(now, link.sinceMs + skewMs) : now;
}
