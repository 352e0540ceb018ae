// In which language does this person read the pages?

import { LANGUAGES, type Language } from "../i18n/languages";
import { language, t } from "../i18n/words";

/** Each language by its own name: found by those who cannot read the page. */
export function LanguageChoice({ onChoose }: { onChoose(language: Language): void }) {
  return (
    <label class="language">
      <span>{t("header.language")}</span>
      <select
        value={language()}
        onChange={(event) => onChoose(event.currentTarget.value as Language)}
      >
        {Object.entries(LANGUAGES).map(([code, name]) => (
          <option key={code} value={code} lang={code}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}
