// How does a person change their own password?
// Not a modal: a call that rings meanwhile stays in sight.

import type { RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../i18n/words";
import { changePassword, Refused } from "./api";

interface OwnPasswordProps {
  username: string;
  csrf: string;
  onClose(): void;
}

export function OwnPassword({ username, csrf, onClose }: OwnPasswordProps) {
  const [busy, setBusy] = useState(false);
  const [words, setWords] = useState("");
  const first = useRef<HTMLInputElement>(null);
  useEffect(() => first.current?.focus(), []);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const wanted = String(form.get("new"));
    if (wanted !== form.get("again")) {
      setWords(t("password.differ"));
      return;
    }
    setBusy(true);
    try {
      await changePassword(String(form.get("old")), wanted, csrf);
      onClose();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      setWords(`${error.message} ${error.remedy}`);
    } finally {
      setBusy(false);
    }
  };
  return (
    <form
      class="own-password"
      aria-label={t("password.change")}
      onSubmit={submit}
      onKeyDown={(event) => event.key === "Escape" && onClose()}
    >
      <input hidden name="username" autocomplete="username" value={username} />
      <Field
        name="old"
        label={t("password.old")}
        complete="current-password"
        at={first}
      />
      <Field name="new" label={t("password.new")} complete="new-password" />
      <Field name="again" label={t("password.again")} complete="new-password" />
      <p class="muted">{t("password.rules")}</p>
      <p class="refusal" role="alert">
        {words}
      </p>
      <div class="own-password-buttons">
        <button type="button" class="quiet" onClick={onClose}>
          {t("common.cancel")}
        </button>
        <button type="submit" class="primary" disabled={busy}>
          {t("password.change")}
        </button>
      </div>
    </form>
  );
}

interface FieldProps {
  name: string;
  label: string;
  complete: string;
  at?: RefObject<HTMLInputElement | null>;
}

function Field({ name, label, complete, at }: FieldProps) {
  return (
    <label>
      <span>{label}</span>
      <input
        {...(at ? { ref: at } : {})}
        name={name}
        type="password"
        autocomplete={complete}
        required
        maxLength={256}
      />
    </label>
  );
}
