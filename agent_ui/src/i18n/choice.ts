// Which language was chosen: by the user, at this browser, by IT, or by the browser?

import { keep, kept } from "../shared/keep";
import { firstOf, type Language, languageOf } from "./languages";
import { speak } from "./words";

const KEPT = "language";

/** The user's own, this browser's last choice, `server.language`, the browser's. */
export function languageFor(locale: string | null): Language {
  return firstOf([locale, here(), ofTheHouse(), ...navigator.languages]);
}

/** Speak the language of that user; null: of the person at the log-in. */
export function speakFor(locale: string | null): Promise<void> {
  return speak(languageFor(locale), locale);
}

/** For this browser, so that its log-in is in that language the next time. */
export function rememberLanguage(language: Language): void {
  keep(localStorage, KEPT, language);
}

function here(): Language | null {
  return languageOf(kept<string | null>(localStorage, KEPT, null));
}

/** `server.language`, as the service wrote it into the page. */
function ofTheHouse(): string | null {
  const meta = document.querySelector<HTMLMetaElement>(
    'meta[name="screenpop-language"]',
  );
  return meta?.content ?? null;
}
