// Whose timeline is open?

import { Store } from "../shared/store";

/** The `call_id` of the card whose timeline is open. */
export const timeline = new Store(
  (_: string | null, next: string | null) => next,
  null,
);

/** A second press on what opened it closes it. */
export function toggleTimeline(callId: string): void {
  timeline.dispatch(timeline.state === callId ? null : callId);
}

export function closeTimeline(): void {
  timeline.dispatch(null);
}
