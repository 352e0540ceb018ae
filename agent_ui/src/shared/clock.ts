// What time is it now, for everything on the page that counts?

import { useEffect, useState } from "preact/hooks";

const listeners = new Set<() => void>();
let beat = 0;

/** Redraws the caller every `everyS` seconds; all counters share one timer. */
export function useNow(everyS = 1): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    let last = Date.now();
    const tick = () => {
      if (Date.now() - last < everyS * 1000 - 50) return;
      last = Date.now();
      setNow(last);
    };
    return listen(tick);
  }, [everyS]);
  return now;
}

function tellAll(): void {
  for (const each of listeners) each();
}

function listen(tick: () => void): () => void {
  listeners.add(tick);
  if (!beat) beat = window.setInterval(() => tellAll(), 1000);
  return () => {
    listeners.delete(tick);
    if (listeners.size) return;
    clearInterval(beat);
    beat = 0;
  };
}
