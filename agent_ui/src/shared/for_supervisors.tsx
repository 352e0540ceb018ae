// What does an agent see who opens a page of supervisors?

import type { ComponentChildren } from "preact";
import type { Session } from "./api";

interface ForSupervisorsProps {
  session: Session;
  children: ComponentChildren;
}

export function ForSupervisors({ session, children }: ForSupervisorsProps) {
  if (session.user.role !== "agent") {
    return <>{children}</>;
  }
  return (
    <main class="empty">
      <h1>This page is for supervisors</h1>
      <p>
        Your role is agent. <a href="/">Back to your desk</a>
      </p>
    </main>
  );
}
