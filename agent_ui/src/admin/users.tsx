// Who may log in, with which role, and in which team?

import { useState } from "preact/hooks";
import { t } from "../i18n/words";
import { useReading } from "../shared/reading";
import type { UserSeen, UsersSeen } from "./answers";
import { UserChanges } from "./user_changes";
import { ROLES } from "./words";

const ASK_EVERY_MS = 30_000;
/** From so many on the list can be searched. */
const SEARCHED_FROM = 10;

interface UsersProps {
  csrf: string;
  onExpired(): void;
}

export function Users({ csrf, onExpired }: UsersProps) {
  const { answer, trouble } = useReading<UsersSeen>(
    "/v1/users",
    onExpired,
    ASK_EVERY_MS,
  );
  return (
    <section class="admin-part" aria-labelledby="users">
      <h2 id="users">{t("admin.users")}</h2>
      <div class="panel users">
        {trouble && <p class="admin-why">{trouble}</p>}
        {answer && <Listed answer={answer} />}
        {answer && <UserChanges users={answer.users} csrf={csrf} />}
      </div>
    </section>
  );
}

function Listed({ answer }: { answer: UsersSeen }) {
  const [text, setText] = useState("");
  const { users, agents, count } = answer;
  const shown = withText(users, text);
  return (
    <>
      {agents && (
        <p>
          {t("admin.agents_are_counted", {
            active: t("admin.agents_active", { n: agents.active }),
            disabled: t("admin.agents_disabled", { n: agents.disabled }),
          })}
        </p>
      )}
      {users.length >= SEARCHED_FROM && (
        <input
          type="search"
          value={text}
          aria-label={t("admin.only_users_with")}
          placeholder={t("admin.only_users_with")}
          onInput={(event) => setText(event.currentTarget.value)}
        />
      )}
      {count > users.length && (
        <p class="muted">{t("admin.the_first_users", { n: users.length, count })}</p>
      )}
      <UserTable users={shown} />
      <p role="status" class={shown.length > 0 ? "hidden" : "muted"}>
        {shown.length > 0 ? "" : t("admin.no_user_has_this")}
      </p>
    </>
  );
}

function UserTable({ users }: { users: UserSeen[] }) {
  if (users.length === 0) return null;
  const name = `${t("admin.users")}: ${t("admin.log_in")}`;
  const inTeams = users.some(({ team }) => team !== null);
  const heads = [
    t("admin.user"),
    t("admin.user_name"),
    t("admin.role"),
    ...(inTeams ? [t("admin.team")] : []),
    t("admin.telephones"),
    t("admin.log_in"),
  ];
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: arrow keys scroll it
    <section class="user-list" aria-label={name} tabIndex={0}>
      <table>
        <thead>
          <tr>
            {heads.map((head) => (
              <th scope="col" key={head}>
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {users.map((user) => (
            <tr key={user.username} data-active={user.active}>
              <th scope="row">
                <bdi>{user.name || user.username}</bdi>
              </th>
              <td data-label={t("admin.user_name")}>
                <bdi class="mono">{user.username}</bdi>
              </td>
              <td data-label={t("admin.role")}>{ROLES[user.role]}</td>
              {inTeams && (
                <td data-label={t("admin.team")}>
                  <bdi>{user.team ?? ""}</bdi>
                </td>
              )}
              <td data-label={t("admin.telephones")}>
                <bdi>{user.agents.join(", ")}</bdi>
              </td>
              <td class="user-state" data-label={t("admin.log_in")}>
                {t(user.active ? "admin.may_log_in" : "admin.disabled")}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** Those whose name, user name, team or telephone has the text. */
export function withText(users: UserSeen[], text: string): UserSeen[] {
  const wanted = text.trim().toLocaleLowerCase();
  return users.filter(({ name, username, team, agents }) =>
    [name, username, team ?? "", ...agents].some((each) =>
      each.toLocaleLowerCase().includes(wanted),
    ),
  );
}
