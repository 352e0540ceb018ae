// Are the settings open, and which part of them was asked for?

import { Store } from "./store";

export type Part = "look" | "sound" | "keys";

export const sheet = new Store((_: Part | null, next: Part | null) => next, null);

/** A second press on what opened them closes them. */
export function toggleSettings(part: Part): void {
  sheet.dispatch(sheet.state === null ? part : null);
}

export function closeSettings(): void {
  sheet.dispatch(null);
}

/** Alt+Shift+P, by the letter or, where Alt types another sign, by its place. */
export function opensSettings(event: KeyboardEvent): boolean {
  if (!event.altKey || !event.shiftKey || event.ctrlKey || event.metaKey) return false;
  const letter = event.key.toLowerCase();
  return letter === "p" || (event.code === "KeyP" && !/^[a-z]$/.test(letter));
}
