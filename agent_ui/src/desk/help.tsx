// Which keys are there? A sheet that never stands over the note and the results.

import type { Change, Preferences } from "../shared/preferences";
import { SHORTCUTS } from "./shortcuts";

interface HelpProps {
  preferences: Preferences;
  change: Change;
  onClose(): void;
}

export function Help({ preferences, change, onClose }: HelpProps) {
  return (
    <aside class="help" aria-label="Keyboard help">
      <header>
        <h2>Keys</h2>
        <button type="button" class="quiet" onClick={onClose}>
          Close
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
        Keys without Alt work, and letters go to the note (turn off for dictation)
      </label>
    </aside>
  );
}
