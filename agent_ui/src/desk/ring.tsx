// Is a ringing call heard? Only where the agent switched it on.

import { useEffect, useRef } from "preact/hooks";
import { inOneTab } from "../shared/one_tab";
import type { Preferences } from "../shared/preferences";

const TONES_HZ = [440, 480];
const RING_S = 0.9;
const EVERY_MS = 3000;
const OTHERS_SILENT_MS = EVERY_MS - 100;

export class Bell {
  #context: AudioContext | null = null;

  /** False where the browser keeps the page silent until a key or a click. */
  async ring(volume: number): Promise<boolean> {
    this.#context ??= new AudioContext();
    const context = this.#context;
    if (context.state === "suspended") {
      context.resume().catch(() => {});
      if (!navigator.userActivation?.hasBeenActive) return false;
      await context.resume();
    }
    const loud = context.createGain();
    loud.gain.value = volume / TONES_HZ.length;
    loud.connect(context.destination);
    for (const hz of TONES_HZ) {
      const tone = context.createOscillator();
      tone.frequency.value = hz;
      tone.connect(loud);
      tone.start();
      tone.stop(context.currentTime + RING_S);
    }
    return true;
  }

  close(): void {
    this.#context?.close().catch(() => {});
    this.#context = null;
  }
}

/** Rings until no call rings; a change of volume is heard from the next ring on. */
export function useRing(ringing: boolean, { ring, ringVolume }: Preferences): void {
  const volume = useRef(ringVolume);
  volume.current = ringVolume;
  useEffect(() => {
    if (!ring || !ringing) return;
    const bell = new Bell();
    const play = () => bell.ring(volume.current);
    const over = new AbortController();
    const once = () =>
      void inOneTab("ring", OTHERS_SILENT_MS, play, over.signal).catch(() => {});
    once();
    const again = setInterval(once, EVERY_MS);
    return () => {
      clearInterval(again);
      over.abort();
      bell.close();
    };
  }, [ring, ringing]);
}
