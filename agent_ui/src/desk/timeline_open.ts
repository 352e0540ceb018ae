// Whose timeline is open?

import { Store } from "../shared/store";
import { timelineOpened } from "./looks";

/** The `call_id` of the card whose timeline is open. */
export const timeline = new Store(
  (_: string | null, next: string | null) => next,
  null,
);

/** A second press on what opened it closes it. */
export function toggleTimeline(callId: string): void {
  const opens = timeline.state !== callId;
  if (opens) timelineOpened(callId);
  timeline.dispatch(opens ? callId : null);
}

export function closeTimeline(): void {
  timeline.dispatch(null);
}
