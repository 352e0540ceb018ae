// How does an administrator add a user, give a password, or take a log-in away?

import { useState } from "preact/hooks";
import { t } from "../i18n/words";
import { askWith, Refused } from "../shared/api";
import type { PasswordGiven, UserSeen } from "./answers";
import { ROLES } from "./words";

/** What is done after the question was answered. */
type Change =
  | { kind: "add"; body: NewUser }
  | { kind: "active"; username: string; active: boolean }
  | { kind: "password"; username: string };

interface NewUser {
  username: string;
  name: string;
  role: UserSeen["role"];
  agents: string[];
}

interface ChangesProps {
  /** To choose from; others can be typed where agents are not named. */
  users: UserSeen[];
  csrf: string;
}

/** Each change asks first; a password is shown once, until it is put away. */
export function UserChanges({ users, csrf }: ChangesProps) {
  const [asked, setAsked] = useState<Change | null>(null);
  const [busy, setBusy] = useState(false);
  const [words, setWords] = useState("");
  const [given, setGiven] = useState<PasswordGiven | null>(null);
  const ask = (change: Change) => {
    setWords("");
    setGiven(null);
    setAsked(change);
  };
  const confirm = async (change: Change) => {
    setBusy(true);
    try {
      const { path, body } = requestOf(change);
      const answer = await askWith<PasswordGiven>(path, body, csrf);
      if (change.kind === "active") setWords(t("admin.user_changed"));
      else setGiven(answer);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      setWords(`${error.message} ${error.remedy}`.trim());
    } finally {
      setBusy(false);
      setAsked(null);
    }
  };
  return (
    <div class="user-changes">
      <ChangeForm users={users} onAsk={ask} />
      <AddForm onAsk={ask} />
      {asked && (
        <fieldset class="config-confirm" disabled={busy}>
          <legend>{question(asked)}</legend>
          <button type="button" class="primary" onClick={() => void confirm(asked)}>
            {t("admin.user_do_it")}
          </button>
          <button type="button" class="quiet" onClick={() => setAsked(null)}>
            {t("common.cancel")}
          </button>
        </fieldset>
      )}
      <p role="status">{words}</p>
      {given && <Given given={given} onDone={() => setGiven(null)} />}
    </div>
  );
}

type OnAsk = (change: Change) => void;

function ChangeForm({ users, onAsk }: { users: UserSeen[]; onAsk: OnAsk }) {
  const [username, setUsername] = useState("");
  const name = username.trim();
  const none = name === "";
  return (
    <fieldset>
      <legend>{t("admin.change_a_user")}</legend>
      <label>
        {t("admin.user_name")}
        <input
          value={username}
          list="user-names"
          autocomplete="off"
          onInput={(event) => setUsername(event.currentTarget.value)}
        />
      </label>
      <datalist id="user-names">
        {users.map((user) => (
          <option key={user.username} value={user.username}>
            {user.name}
          </option>
        ))}
      </datalist>
      <button
        type="button"
        disabled={none}
        onClick={() => onAsk({ kind: "password", username: name })}
      >
        {t("admin.new_password")}
      </button>
      <button
        type="button"
        disabled={none}
        onClick={() => onAsk({ kind: "active", username: name, active: false })}
      >
        {t("admin.disable")}
      </button>
      <button
        type="button"
        disabled={none}
        onClick={() => onAsk({ kind: "active", username: name, active: true })}
      >
        {t("admin.enable")}
      </button>
    </fieldset>
  );
}

function AddForm({ onAsk }: { onAsk: OnAsk }) {
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const text = (field: string) => String(form.get(field) ?? "").trim();
    const agents = text("agents").split(/[\s,;]+/);
    onAsk({
      kind: "add",
      body: {
        username: text("username"),
        name: text("name"),
        role: text("role") as UserSeen["role"],
        agents: agents.filter((each) => each !== ""),
      },
    });
  };
  return (
    <form onSubmit={submit}>
      <fieldset>
        <legend>{t("admin.add_a_user")}</legend>
        <label>
          {t("admin.user_name")}
          <input name="username" required autocomplete="off" />
        </label>
        <label>
          {t("admin.user")}
          <input name="name" autocomplete="off" />
        </label>
        <label>
          {t("admin.role")}
          <select name="role">
            {(Object.keys(ROLES) as UserSeen["role"][]).map((role) => (
              <option key={role} value={role}>
                {ROLES[role]}
              </option>
            ))}
          </select>
        </label>
        <label>
          {t("admin.telephones")}
          <input name="agents" autocomplete="off" />
        </label>
        <button type="submit">{t("admin.add")}</button>
      </fieldset>
    </form>
  );
}

function Given({ given, onDone }: { given: PasswordGiven; onDone(): void }) {
  return (
    <div class="user-password" role="alert">
      <p>{t("admin.password_once", { username: given.username })}</p>
      <p>
        <bdi class="mono">{given.password}</bdi>
      </p>
      <button type="button" onClick={onDone}>
        {t("admin.password_done")}
      </button>
    </div>
  );
}

export function requestOf(change: Change): { path: string; body: object } {
  if (change.kind === "add") return { path: "/v1/users", body: change.body };
  const path = `/v1/users/${encodeURIComponent(change.username)}`;
  return change.kind === "active"
    ? { path, body: { active: change.active } }
    : { path: `${path}/password`, body: {} };
}

function question(change: Change): string {
  if (change.kind === "add")
    return t("admin.add_question", {
      username: change.body.username,
      role: ROLES[change.body.role],
    });
  const { username } = change;
  if (change.kind === "password") return t("admin.password_question", { username });
  return t(change.active ? "admin.enable_question" : "admin.disable_question", {
    username,
  });
}
