// Is a new alert heard? Only where somebody switched it on.

import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../i18n/words";
import { inOneTab } from "../shared/one_tab";
import type { Preferences } from "../shared/preferences";
import { toggleSettings } from "../shared/settings_sheet";
import type { AlertSeen } from "../wire/frames";

const TONES_HZ: Record<AlertSeen["level"], number[]> = {
  warning: [660],
  critical: [880, 660, 880],
};
const TONE_S = 0.18;
const OTHERS_SILENT_MS = 1000;

/** The worst level among alerts that were not open before and that no one has seen. */
export function levelToSound(
  known: ReadonlySet<string>,
  alerts: AlertSeen[],
): AlertSeen["level"] | null {
  const fresh = alerts.filter((each) => !known.has(each.id) && !each.acknowledged_by);
  if (fresh.length === 0) return null;
  return fresh.some((each) => each.level === "critical") ? "critical" : "warning";
}

export class Speaker {
  #context: AudioContext | null = null;

  /** Browsers let a page be heard only after a key or a click. */
  get isBlocked(): boolean {
    return this.#context?.state === "suspended";
  }

  async unblock(): Promise<void> {
    this.#context ??= new AudioContext();
    if (this.#context.state === "suspended") await this.#context.resume();
  }

  play(level: AlertSeen["level"], volume: number): void {
    this.#context ??= new AudioContext();
    const context = this.#context;
    const loud = context.createGain();
    loud.gain.value = volume;
    loud.connect(context.destination);
    TONES_HZ[level].forEach((hz, place) => {
      const tone = context.createOscillator();
      tone.frequency.value = hz;
      tone.connect(loud);
      tone.start(context.currentTime + place * TONE_S);
      tone.stop(context.currentTime + (place + 0.8) * TONE_S);
    });
  }
}

interface AlertSoundProps {
  alerts: AlertSeen[];
  live: boolean;
  preferences: Preferences;
  /** On the big screen the switch is out of sight. */
  hidden?: boolean;
}

export function AlertSound(props: AlertSoundProps) {
  const { alerts, live, preferences, hidden = false } = props;
  const { sound, volume } = preferences;
  const speaker = useRef(new Speaker()).current;
  const known = useRef<Set<string> | null>(null);
  const [blocked, setBlocked] = useState(false);
  useEffect(() => {
    if (!live) return; // what opened meanwhile is heard when the board is live again
    const level = levelToSound(known.current ?? idsOf(alerts), alerts);
    known.current = idsOf(alerts);
    if (!sound || level === null) return;
    const play = async () => {
      speaker.play(level, volume);
      setBlocked(speaker.isBlocked);
      return !speaker.isBlocked;
    };
    void inOneTab("alert", OTHERS_SILENT_MS, play).catch(() => {});
  }, [alerts, live]);
  useEffect(() => {
    if (!sound) return;
    const unblock = () =>
      void speaker.unblock().then(
        () => setBlocked(false),
        () => setBlocked(true),
      );
    if (navigator.userActivation?.hasBeenActive) unblock();
    else setBlocked(true);
    addEventListener("pointerdown", unblock);
    addEventListener("keydown", unblock);
    return () => {
      removeEventListener("pointerdown", unblock);
      removeEventListener("keydown", unblock);
    };
  }, [sound]);
  if (hidden) return null;
  return (
    <div class="alert-sound">
      <button type="button" class="link" onClick={() => toggleSettings("sound")}>
        {sound ? t("wallboard.sound_is_on") : t("wallboard.sound_is_off")}
      </button>
      {sound && blocked && (
        <p class="muted" role="status">
          {t("wallboard.the_browser_keeps_this_page")}
        </p>
      )}
    </div>
  );
}

function idsOf(alerts: AlertSeen[]): Set<string> {
  return new Set(alerts.map((each) => each.id));
}
