// Who are you?

import { useEffect, useRef, useState } from "preact/hooks";
import { logIn, Refused, type Session } from "./api";

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
  return (
    <main class="login">
      <form onSubmit={submit}>
        <h1>
          <span class="mark" aria-hidden="true" /> Screenpop
        </h1>
        {reason && <p class="muted">{reason}</p>}
        <label>
          <span>User name</span>
          <input
            ref={first}
            name="username"
            autocomplete="username"
            required
            maxLength={200}
          />
        </label>
        <label>
          <span>Password</span>
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
          {busy ? "Logging in…" : "Log in"}
        </button>
      </form>
    </main>
  );
}
