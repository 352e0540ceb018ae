// What does an agent see who opens a page of supervisors?

import type { ComponentChildren } from "preact";
import { t } from "../i18n/words";
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
      <h1>{t("common.this_page_is_for_supervisors")}</h1>
      <p>
        {t("common.your_role_is_agent")} <a href="/">{t("common.back_to_your_desk")}</a>
      </p>
    </main>
  );
}
