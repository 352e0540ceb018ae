// What does a person set for themselves? A sheet that never covers the note and results.

import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { SHORTCUTS } from "../desk/shortcuts";
import type { Language } from "../i18n/languages";
import { speak, t } from "../i18n/words";
import { changeLocale, Refused, type Session } from "./api";
import { viewerFormats } from "./format";
import { notKept } from "./kept_settings";
import { LanguageChoice } from "./language";
import { OwnPassword } from "./password";
import {
  type Change,
  type Density,
  type Preferences,
  type Theme,
  TYPE_SIZES,
} from "./preferences";
import { closeSettings, sheet } from "./settings_sheet";
import { SoundSettings } from "./sound_settings";
import { useStore } from "./store";

interface SettingsProps {
  session: Session;
  preferences: Preferences;
  change: Change;
}

export function Settings({ session, preferences, change }: SettingsProps) {
  const place = useRef<HTMLElement>(null);
  const part = useStore(sheet);
  const failed = useStore(notKept);
  const [changing, setChanging] = useState(false);
  useEffect(() => {
    const before = document.activeElement;
    place.current?.focus();
    if (part !== "look")
      place.current?.querySelector(`[data-part=${part}]`)?.scrollIntoView();
    return () => before instanceof HTMLElement && before.isConnected && before.focus();
  }, [part]);
  return (
    <aside
      class="help settings"
      ref={place}
      tabIndex={-1}
      aria-label={t("settings.title")}
      onKeyDown={(event) => event.key === "Escape" && closeSettings()}
    >
      <header>
        <h2>{t("settings.title")}</h2>
        <button type="button" class="quiet" onClick={closeSettings}>
          {t("desk.close")}
        </button>
      </header>
      <p class="muted" role="status">
        {failed ? t("settings.not_kept") : t("settings.kept")}
      </p>
      <Look {...{ session, preferences, change }} />
      <SoundSettings
        {...{ preferences, change }}
        alerts={session.user.role !== "agent"}
      />
      <Keys {...{ preferences, change }} />
      {changing ? (
        <OwnPassword
          username={session.user.username}
          csrf={session.csrf}
          onClose={() => setChanging(false)}
        />
      ) : (
        <button type="button" onClick={() => setChanging(true)}>
          {t("password.change")}
        </button>
      )}
    </aside>
  );
}

function Look({ session, preferences, change }: SettingsProps) {
  const { percent } = viewerFormats();
  const size = (each: number) => percent(each / 100);
  return (
    <fieldset data-part="look">
      <legend>{t("settings.look")}</legend>
      <OwnLanguage session={session} />
      <Choice
        label={t("settings.theme")}
        value={preferences.theme}
        onChoose={(theme) => change({ theme: theme as Theme })}
      >
        <option value="system">{t("settings.theme_system")}</option>
        <option value="light">{t("settings.theme_light")}</option>
        <option value="dark">{t("settings.theme_dark")}</option>
      </Choice>
      <Choice
        label={t("settings.density")}
        value={preferences.density}
        onChoose={(density) => change({ density: density as Density })}
      >
        <option value="compact">{t("settings.density_compact")}</option>
        <option value="normal">{t("settings.density_normal")}</option>
        <option value="spacious">{t("settings.density_spacious")}</option>
      </Choice>
      <Choice
        label={t("settings.type")}
        value={String(preferences.type)}
        onChoose={(type) => change({ type: Number(type) })}
      >
        {TYPE_SIZES.map((each) => (
          <option key={each} value={each}>
            {each === TYPE_SIZES.at(-1)
              ? t("settings.type_wall", { size: size(each) })
              : size(each)}
          </option>
        ))}
      </Choice>
    </fieldset>
  );
}

interface ChoiceProps {
  label: string;
  value: string;
  onChoose(value: string): void;
  children: ComponentChildren;
}

function Choice({ label, value, onChoose, children }: ChoiceProps) {
  return (
    <label>
      <span>{label}</span>
      <select value={value} onChange={(event) => onChoose(event.currentTarget.value)}>
        {children}
      </select>
    </label>
  );
}

/** Kept with the account: the service writes to this person in it, too. */
function OwnLanguage({ session }: { session: Session }) {
  const [trouble, setTrouble] = useState("");
  const choose = async (language: Language) => {
    const { user, csrf } = session;
    try {
      await changeLocale(language, csrf);
      user.locale = language;
      setTrouble("");
      await speak(language, language);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      setTrouble(`${error.message} ${error.remedy}`);
    }
  };
  return (
    <>
      <LanguageChoice onChoose={choose} />
      {trouble && (
        <p class="refusal" role="alert">
          {trouble}
        </p>
      )}
    </>
  );
}

function Keys({ preferences, change }: Omit<SettingsProps, "session">) {
  const { shortcuts, keysOff } = preferences;
  const turn = (name: string) =>
    change({
      keysOff: keysOff.includes(name)
        ? keysOff.filter((each) => each !== name)
        : [...keysOff, name],
    });
  return (
    <fieldset data-part="keys">
      <legend>{t("desk.keys")}</legend>
      <label class="check">
        <input
          type="checkbox"
          checked={shortcuts}
          onChange={() => change({ shortcuts: !shortcuts })}
        />
        {t("desk.keys_without_alt_work_and")}
      </label>
      <ul class="keys">
        {SHORTCUTS.map(({ name, keys, does }) => (
          <li key={name}>
            <label>
              <input
                type="checkbox"
                checked={!keysOff.includes(name)}
                onChange={() => turn(name)}
              />
              <kbd>{keys || t("desk.any_letter")}</kbd>
              <span>{does()}</span>
            </label>
          </li>
        ))}
        <li>
          <span />
          <kbd>Alt+Shift+P</kbd>
          <span>{t("settings.key")}</span>
        </li>
      </ul>
    </fieldset>
  );
}
