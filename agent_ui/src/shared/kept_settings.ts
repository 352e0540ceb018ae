// How do a person's preferences follow them to another browser?

import { keepSettings, Refused, type Session, settingsKept } from "./api";
import { keep, kept } from "./keep";
import { loadPreferences, type Preferences, preferencesFrom } from "./preferences";
import { Store } from "./store";

const UNSENT = "preferences_of";
const SEND_AFTER_MS = 400;

/** Could the last change not be kept with the user? */
export const notKept = new Store((_: boolean, next: boolean) => next, false);

let owner: Session | null = null;
let timer: ReturnType<typeof setTimeout> | undefined;

/**
 * What is kept with this user; null where nothing is, or the service cannot say:
 * then the browser's copy goes on. A change that was not sent yet is sent first.
 */
export async function settingsOf(session: Session): Promise<Preferences | null> {
  owner = session;
  if (kept<string | null>(localStorage, UNSENT, null) === session.user.username) {
    await send();
    return null;
  }
  try {
    const settings = await settingsKept();
    return settings ? preferencesFrom(settings) : null;
  } catch (error) {
    if (error instanceof Refused) return null;
    throw error;
  }
}

/** One request for a slider that is drawn along. */
export function settingsChanged(): void {
  if (!owner) return;
  keep(localStorage, UNSENT, owner.user.username);
  clearTimeout(timer);
  timer = setTimeout(() => void send(), SEND_AFTER_MS);
}

export function forgetOwner(): void {
  clearTimeout(timer);
  owner = null;
}

async function send(): Promise<void> {
  const from = owner;
  if (!from) return;
  const settings = loadPreferences();
  try {
    await keepSettings(settings, from.csrf);
    notKept.dispatch(false);
    if (JSON.stringify(settings) === JSON.stringify(loadPreferences()))
      keep(localStorage, UNSENT, null);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    notKept.dispatch(true);
  }
}
