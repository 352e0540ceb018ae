// Is a ringing call heard? Only where the agent switched it on.

import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../i18n/words";
import type { Change, Preferences } from "../shared/preferences";
import { mayNotify } from "./notices";

const TONES_HZ = [440, 480];
const RING_S = 0.9;
const EVERY_MS = 3000;

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
    const once = () => void bell.ring(volume.current).catch(() => {});
    once();
    const again = setInterval(once, EVERY_MS);
    return () => {
      clearInterval(again);
      bell.close();
    };
  }, [ring, ringing]);
}

interface RingSettingsProps {
  preferences: Preferences;
  change: Change;
}

export function RingSettings({ preferences, change }: RingSettingsProps) {
  const bell = useRef(new Bell()).current;
  const [said, say] = useState("");
  useEffect(() => () => bell.close(), [bell]);
  const { ring, ringVolume } = preferences;
  const testRing = async () => {
    const heard = await bell.ring(ringVolume).catch(() => false);
    say(heard ? t("ring.playing") : t("ring.silent"));
  };
  return (
    <fieldset class="ring-settings">
      <legend>{t("ring.title")}</legend>
      <label class="check">
        <input
          type="checkbox"
          checked={ring}
          onChange={() => change({ ring: !ring })}
        />
        {t("ring.sound")}
      </label>
      <label>
        {t("ring.volume")}{" "}
        <input
          type="range"
          min="5"
          max="100"
          step="5"
          value={Math.round(ringVolume * 100)}
          onInput={(event) =>
            change({ ringVolume: Number(event.currentTarget.value) / 100 })
          }
        />
      </label>
      <button type="button" onClick={testRing}>
        {t("ring.test_sound")}
      </button>{" "}
      <button type="button" onClick={async () => say(await testNotice())}>
        {t("ring.test_notice")}
      </button>
      <p role="status">{said}</p>
    </fieldset>
  );
}

/** The result in words: a browser that blocks notifications reports nothing itself. */
async function testNotice(): Promise<string> {
  if (!("Notification" in window)) return t("ring.no_notices");
  if (Notification.permission === "default") await Notification.requestPermission();
  if (!mayNotify()) return t("ring.blocked");
  new Notification("Screenpop", { body: t("ring.notice"), tag: "screenpop test" });
  return t("ring.shown");
}
