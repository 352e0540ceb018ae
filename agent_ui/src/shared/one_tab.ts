// Which of several open tabs makes the sound?

/**
 * Plays in one tab of this browser; the others stay silent for `silentMs`, or until
 * `over`. A tab that the browser keeps silent (`play` gives false) leaves it to the others at once. Where
 * the browser has no locks (plain http), every tab plays.
 */
export async function inOneTab(
  sound: string,
  silentMs: number,
  play: () => Promise<boolean>,
  over?: AbortSignal,
): Promise<void> {
  if (!("locks" in navigator)) {
    await play();
    return;
  }
  const alone = { ifAvailable: true };
  await navigator.locks.request(`screenpop.${sound}`, alone, async (lock) => {
    if (lock && (await play())) await passed(silentMs, over);
  });
}

function passed(ms: number, over?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
    over?.addEventListener("abort", () => resolve());
  });
}
