// When may the page try to connect again, and does trying make sense?

import type { LinkStatus } from "../state/model";

export const BACKOFF_MIN_MS = 100;
/** A node that ends loses thousands of browsers at once: already the first try is spread. */
export const BACKOFF_FIRST_MS = 1_000;
export const BACKOFF_MAX_MS = 8_000;

/** Full jitter: a restart must not bring all browsers back in the same instant. */
export function backoffMs(attempt: number, random: number): number {
  const ceiling = Math.min(BACKOFF_MAX_MS, BACKOFF_FIRST_MS * 2 ** attempt);
  return BACKOFF_MIN_MS + random * (ceiling - BACKOFF_MIN_MS);
}

export interface Verdict {
  status: Exclude<LinkStatus, "connecting" | "live">;
  retry: "no" | "at_once" | "later";
}

/** What a close code means for this page. */
export function verdictOf(code: number): Verdict {
  switch (code) {
    case 4401:
      return { status: "logged_out", retry: "no" };
    case 4403:
      return { status: "forbidden", retry: "no" };
    case 4409:
      return { status: "replaced", retry: "no" };
    case 4408: // this browser read too slowly; it resumes where it was
      return { status: "lost", retry: "at_once" };
    default:
      return { status: "lost", retry: "later" };
  }
}
