// Which calls did this agent have lately, and when is the list read again?

import { useEffect, useState } from "preact/hooks";
import { type RecentCall, recentCalls } from "../shared/api";

const CALLS = 20;
/** The history lags behind the desk: a call that just left has its outcome later. */
const SOON_MS = [1_000, 3_000, 8_000];
/** So often while a listed call goes on somewhere else. */
const WHILE_OPEN_MS = 15_000;

/** How long after reading number `reads` the list is read again; null: not at all. */
export function nextReadMs(reads: number, calls: RecentCall[]): number | null {
  const soon = SOON_MS[reads - 1];
  if (soon !== undefined) return soon;
  return calls.some((call) => call.outcome === null) ? WHILE_OPEN_MS : null;
}

/** Read at once, and again whenever one of `changes` does. */
export function useRecentCalls(changes: unknown[]): RecentCall[] {
  const [calls, setCalls] = useState<RecentCall[]>([]);
  useEffect(() => {
    let wanted = true;
    let timer = 0;
    const ask = async (reads: number) => {
      const list = await recentCalls(CALLS);
      if (!wanted) return;
      // An empty answer may be a refusal; what was read before is still true.
      if (list.length > 0) setCalls(list);
      const next = nextReadMs(reads, list);
      if (next !== null) timer = window.setTimeout(() => ask(reads + 1), next);
    };
    void ask(1);
    return () => {
      wanted = false;
      clearTimeout(timer);
    };
  }, changes);
  return calls;
}
