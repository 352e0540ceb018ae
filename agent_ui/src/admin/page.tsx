// Is everything as it should be, and what arrives at the lines?

import { useEffect, useMemo } from "preact/hooks";
import { t, textsOf } from "../i18n/words";
import type { Session } from "../shared/api";
import { useNow } from "../shared/clock";
import { type Formats, viewerFormats } from "../shared/format";
import { Header } from "../shared/header";
import { useStore } from "../shared/store";
import type { Node } from "./answers";
import { AdminClient } from "./client";
import { Configuration } from "./configuration";
import { Layouts } from "./layouts";
import { Lines } from "./lines";
import { OrderFeeds } from "./orders";
import { Sources } from "./sources";
import type { AdminState } from "./state";
import { TryNumber } from "./try_number";
import { Users } from "./users";
import { ROLES } from "./words";

interface AdminPageProps {
  session: Session;
  onLogOut(): void;
  onExpired(): void;
}

export function AdminPage(props: AdminPageProps) {
  const { session, onLogOut, onExpired } = props;
  return (
    <>
      <Header {...{ session, onLogOut }} page="admin" />
      {session.user.role === "admin" ? (
        <Admin csrf={session.csrf} onExpired={onExpired} />
      ) : (
        <NotYours role={session.user.role} />
      )}
    </>
  );
}

function NotYours({ role }: { role: Session["user"]["role"] }) {
  return (
    <main class="empty">
      <h1>{t("admin.this_page_is_for_administrators")}</h1>
      <p>
        {t("admin.your_role_is", { role: ROLES[role] })}{" "}
        <a href="/">{t("admin.back_to_your_desk")}</a>
      </p>
    </main>
  );
}

function Admin({ csrf, onExpired }: { csrf: string; onExpired(): void }) {
  const client = useMemo(() => new AdminClient(onExpired), []);
  const state = useStore(client.store);
  const formats = viewerFormats();
  const now = useNow();
  useEffect(() => client.start(), [client]);
  if (!state.node) {
    return (
      <main class="empty">
        <p class="muted" role="status">
          {state.trouble ?? t("admin.asking")}
        </p>
      </main>
    );
  }
  const shared = { state, client, formats, now };
  return (
    <main class="admin">
      <h1 class="hidden">{t("admin.administration")}</h1>
      <Health node={state.node} state={state} formats={formats} />
      <Lines {...shared} />
      <Sources {...shared} onExpired={onExpired} />
      <OrderFeeds {...shared} />
      <TryNumber {...{ formats, onExpired }} lines={state.lines} />
      <Layouts formats={formats} />
      <Configuration {...{ csrf, formats, now, onExpired }} />
      <Users {...{ csrf, onExpired }} />
    </main>
  );
}

interface HealthProps {
  node: Node;
  state: AdminState;
  formats: Formats;
}

const STATUS = textsOf({
  ready: "admin.all_is_well",
  degraded: "admin.works_but_something_is_away",
  not_ready: "admin.not_fit_for_calls",
});

function Health({ node, state, formats }: HealthProps) {
  const open = node.sessions;
  return (
    <section class="health" aria-label={t("admin.this_node")} data-status={node.status}>
      {state.trouble && (
        <p class="banner" role="status">
          <strong>
            {t("admin.as_of", { answered_ms: formats.time(state.answeredMs) })}
          </strong>
          <span>{state.trouble}</span>
        </p>
      )}
      <p class="health-line">
        <strong class="health-word">
          <span class="dot" aria-hidden="true" />
          {STATUS[node.status]}
        </strong>
        <span>{t("admin.open_desks", { n: open.agent ?? 0 })}</span>
        <span>{t("admin.open_wallboards", { n: open.wallboard ?? 0 })}</span>
        <span class="muted">{t("admin.screenpop", { version: node.version })}</span>
      </p>
      {node.problems.length > 0 && (
        <ul class="problems">
          {node.problems.map((each) => (
            <li key={each.part} data-fatal={each.fatal}>
              <strong>{each.part}</strong> <span>{each.message}</span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
