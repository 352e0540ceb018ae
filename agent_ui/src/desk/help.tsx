// Which keys are there? A sheet that never stands over the note and the results.

import { t } from "../i18n/words";
import type { Change, Preferences } from "../shared/preferences";
import { RingSettings } from "./ring";
import { SHORTCUTS } from "./shortcuts";

interface HelpProps {
  preferences: Preferences;
  change: Change;
  onClose(): void;
}

export function Help({ preferences, change, onClose }: HelpProps) {
  return (
    <aside class="help" aria-label={t("desk.keyboard_help")}>
      <header>
        <h2>{t("desk.keys")}</h2>
        <button type="button" class="quiet" onClick={onClose}>
          {t("desk.close")}
        </button>
      </header>
      <dl>
        {SHORTCUTS.map((each) => (
          <div key={each.keys}>
            <dt>
              <kbd>{each.keys}</kbd>
            </dt>
            <dd>{each.does}</dd>
          </div>
        ))}
      </dl>
      <label class="check">
        <input
          type="checkbox"
          checked={preferences.shortcuts}
          onChange={(event) => change({ shortcuts: event.currentTarget.checked })}
        />
        {t("desk.keys_without_alt_work_and")}
      </label>
      <RingSettings {...{ preferences, change }} />
    </aside>
  );
}
