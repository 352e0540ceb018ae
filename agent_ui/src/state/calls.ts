// By what name does the page know a call?

import type { ClientFrame, PopOpened, ServerFrame } from "../wire/frames";

interface Named {
  line: string;
  call_id: string;
  occurrence: number;
}

/** One text for line, occurrence and id: none of them alone is enough. */
export function keyOf({ line, call_id, occurrence }: Named): string {
  return [line, String(occurrence), call_id].map(encodeURIComponent).join("/");
}

/** The three parts of a key; of a key kept by an older page only the id. */
export function namedBy(key: string): Partial<Named> & { call_id: string } {
  const [line, occurrence, callId] = key.split("/").map(decodeURIComponent);
  if (line === undefined || occurrence === undefined || callId === undefined) {
    return { call_id: key };
  }
  return { line, call_id: callId, occurrence: Number(occurrence) };
}

/** A frame as the page works with it: `call_id` is the call's key. */
export function received(frame: ServerFrame): ServerFrame {
  switch (frame.frame) {
    case "pop.opened":
    case "pop.updated":
    case "pop.closed":
      return { ...frame, call_id: keyOf(frame) };
    case "resync":
      return { ...frame, pops: frame.pops.map((pop) => received(pop) as PopOpened) };
    default:
      return frame;
  }
}

/** A frame as the service understands it. */
export function sendable<F extends ClientFrame>(frame: F): F {
  return "call_id" in frame ? { ...frame, ...namedBy(frame.call_id) } : frame;
}
