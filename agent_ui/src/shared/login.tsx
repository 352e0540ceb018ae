// Who are you?

import { useEffect, useRef, useState } from "preact/hooks";
import { rememberLanguage } from "../i18n/choice";
import type { Language } from "../i18n/languages";
import { speak, t } from "../i18n/words";
import { logIn, Refused, type Session } from "./api";
import { LanguageChoice } from "./language";

interface LogInProps {
  onLogIn(session: Session): void;
  /** Why the person has to log in again, if they were in. */
  reason: string | null;
}

export function LogIn({ onLogIn, reason }: LogInProps) {
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<Refused | null>(null);
  const first = useRef<HTMLInputElement>(null);
  useEffect(() => first.current?.focus(), []);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    setBusy(true);
    try {
      onLogIn(await logIn(String(form.get("username")), String(form.get("password"))));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      setRefusal(error);
    } finally {
      setBusy(false);
    }
  };
  const choose = (language: Language) => {
    rememberLanguage(language);
    setRefusal(null); // its words are of the language before
    void speak(language, null);
  };
  return (
    <main class="login">
      <form onSubmit={submit}>
        <h1>
          <span class="mark" aria-hidden="true" /> Screenpop
        </h1>
        {reason && <p class="muted">{reason}</p>}
        <label>
          <span>{t("login.user_name")}</span>
          <input
            ref={first}
            name="username"
            autocomplete="username"
            required
            maxLength={200}
          />
        </label>
        <label>
          <span>{t("login.password")}</span>
          <input
            name="password"
            type="password"
            autocomplete="current-password"
            required
            maxLength={1000}
          />
        </label>
        <p class="refusal" role="alert">
          {refusal && `${refusal.message} ${refusal.remedy}`}
        </p>
        <button type="submit" class="primary" disabled={busy}>
          {t(busy ? "login.logging_in" : "login.log_in")}
        </button>
        <LanguageChoice onChoose={choose} />
      </form>
    </main>
  );
}
