// What is heard and shown when a call rings or an alert opens? Each can be tried.

import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { mayNotify } from "../desk/notices";
import { Bell } from "../desk/ring";
import { t } from "../i18n/words";
import { Speaker } from "../wallboard/alert_sound";
import type { Change, Preferences } from "./preferences";

interface SoundSettingsProps {
  preferences: Preferences;
  change: Change;
  /** Is this somebody who sees alerts? */
  alerts: boolean;
}

export function SoundSettings({ preferences, change, alerts }: SoundSettingsProps) {
  const bell = useRef(new Bell()).current;
  const speaker = useRef(new Speaker()).current;
  const [said, say] = useState("");
  useEffect(() => () => bell.close(), [bell]);
  const { ring, ringVolume, sound, volume } = preferences;
  const tryRing = async () => {
    const heard = await bell.ring(ringVolume).catch(() => false);
    say(heard ? t("ring.playing") : t("ring.silent"));
  };
  return (
    <fieldset class="ring-settings" data-part="sound">
      <legend>{t("settings.sound")}</legend>
      <Sound
        label={t("ring.sound")}
        on={ring}
        loud={ringVolume}
        onTurn={() => change({ ring: !ring })}
        onVolume={(next) => change({ ringVolume: next })}
      >
        <button type="button" onClick={tryRing}>
          {t("ring.test_sound")}
        </button>
      </Sound>
      {alerts && (
        <Sound
          label={t("wallboard.sound_for_a_new_alert")}
          on={sound}
          loud={volume}
          onTurn={() => change({ sound: !sound })}
          onVolume={(next) => change({ volume: next })}
        >
          <button type="button" onClick={() => speaker.play("critical", volume)}>
            {t("wallboard.test")}
          </button>
        </Sound>
      )}
      <button type="button" onClick={async () => say(await testNotice())}>
        {t("ring.test_notice")}
      </button>
      <p role="status">{said}</p>
    </fieldset>
  );
}

interface SoundProps {
  label: string;
  on: boolean;
  loud: number;
  onTurn(): void;
  onVolume(volume: number): void;
  children: ComponentChildren;
}

function Sound({ label, on, loud, onTurn, onVolume, children }: SoundProps) {
  return (
    <fieldset class="sound">
      <legend class="hidden">{label}</legend>
      <label class="check">
        <input type="checkbox" checked={on} onChange={onTurn} />
        {label}
      </label>
      <label>
        {t("ring.volume")}{" "}
        <input
          type="range"
          min="5"
          max="100"
          step="5"
          value={Math.round(loud * 100)}
          onInput={(event) => onVolume(Number(event.currentTarget.value) / 100)}
        />
      </label>
      {children}
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
