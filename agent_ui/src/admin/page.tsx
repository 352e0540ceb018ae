// Is everything as it should be, and what arrives at the lines?

import { useEffect, useMemo } from "preact/hooks";
import type { Session } from "../shared/api";
import { useNow } from "../shared/clock";
import { type Formats, viewerFormats } from "../shared/format";
import { Header } from "../shared/header";
import type { Change, Preferences } from "../shared/preferences";
import { useStore } from "../shared/store";
import type { Node } from "./answers";
import { AdminClient } from "./client";
import { Lines } from "./lines";
import { OrderFeeds } from "./orders";
import { Sources } from "./sources";
import type { AdminState } from "./state";

interface AdminPageProps {
  session: Session;
  preferences: Preferences;
  change: Change;
  onLogOut(): void;
  onExpired(): void;
}

export function AdminPage(props: AdminPageProps) {
  const { session, preferences, change, onLogOut, onExpired } = props;
  return (
    <>
      <Header {...{ session, preferences, change, onLogOut }} page="admin" />
      {session.user.role === "admin" ? (
        <Admin onExpired={onExpired} />
      ) : (
        <NotYours role={session.user.role} />
      )}
    </>
  );
}

function NotYours({ role }: { role: string }) {
  return (
    <main class="empty">
      <h1>This page is for administrators</h1>
      <p>
        Your role is {role}. <a href="/">Back to your desk</a>
      </p>
    </main>
  );
}

function Admin({ onExpired }: { onExpired(): void }) {
  const client = useMemo(() => new AdminClient(onExpired), []);
  const state = useStore(client.store);
  const formats = viewerFormats();
  const now = useNow();
  useEffect(() => client.start(), [client]);
  if (!state.node) {
    return (
      <main class="empty">
        <p class="muted" role="status">
          {state.trouble ?? "Asking…"}
        </p>
      </main>
    );
  }
  const shared = { state, client, formats, now };
  return (
    <main class="admin">
      <h1 class="hidden">Administration</h1>
      <Health node={state.node} state={state} formats={formats} />
      <Lines {...shared} />
      <Sources {...shared} />
      <OrderFeeds {...shared} />
    </main>
  );
}

interface HealthProps {
  node: Node;
  state: AdminState;
  formats: Formats;
}

const STATUS = {
  ready: "All is well",
  degraded: "Works, but something is away",
  not_ready: "Not fit for calls",
};

function Health({ node, state, formats }: HealthProps) {
  const open = node.sessions;
  return (
    <section class="health" aria-label="This node" data-status={node.status}>
      {state.trouble && (
        <p class="banner" role="status">
          <strong>{`As of ${formats.time(state.answeredMs)}.`}</strong>
          <span>{state.trouble}</span>
        </p>
      )}
      <p class="health-line">
        <strong class="health-word">
          <span class="dot" aria-hidden="true" />
          {STATUS[node.status]}
        </strong>
        <span>{counted(open.agent ?? 0, "desk")} open</span>
        <span>{counted(open.wallboard ?? 0, "wallboard")} open</span>
        <span class="muted">Screenpop {node.version}</span>
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

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
