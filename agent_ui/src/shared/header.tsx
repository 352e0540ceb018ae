// What is always in reach, on every page?

import type { ComponentChildren } from "preact";
import { t } from "../i18n/words";
import type { Session } from "./api";
import { Icon } from "./icons";
import { go, type Page } from "./route";
import { sheet, toggleSettings } from "./settings_sheet";
import { useStore } from "./store";

interface HeaderProps {
  session: Session;
  page: Page;
  onLogOut(): void;
  /** Callers who wait to be called back, where the page knows it. */
  waiting?: number | null;
  /** Switches of the page itself, beside those that all pages have. */
  tools?: ComponentChildren;
  children?: ComponentChildren;
}

export function Header(props: HeaderProps) {
  const { session, page, onLogOut, tools, children } = props;
  const { role } = session.user;
  const open = useStore(sheet);
  return (
    <header class="top">
      <span class="brand">
        <span class="mark" aria-hidden="true" />
        <span class="brand-name">Screenpop</span>
      </span>
      <Pages page={page} role={role} waiting={props.waiting ?? null} />
      <div class="top-middle">{children}</div>
      <div class="top-tools">
        {tools}
        <span class="person" title={session.user.username}>
          {session.user.name}
        </span>
        <button
          type="button"
          class="quiet icon"
          title={t("settings.open")}
          aria-label={t("settings.open")}
          aria-keyshortcuts="Alt+Shift+P"
          aria-expanded={open !== null}
          onClick={() => toggleSettings("look")}
        >
          <Icon name="settings" />
        </button>
        <button
          type="button"
          class="quiet"
          title={t("header.log_out")}
          onClick={onLogOut}
        >
          <Icon name="leave" /> <span class="tool-word">{t("header.log_out")}</span>
        </button>
      </div>
    </header>
  );
}

interface PagesProps {
  page: Page;
  role: Session["user"]["role"];
  waiting: number | null;
}

function Pages({ page, role, waiting }: PagesProps) {
  const link = (name: Page, path: string, label: ComponentChildren) => (
    <a
      href={path}
      {...(page === name ? { "aria-current": "page" as const } : {})}
      onClick={(event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        go(path);
      }}
    >
      {label}
    </a>
  );
  /** An agent's desk stays open: calls appear on it. */
  const beside = (name: Page, path: string, label: ComponentChildren) =>
    role === "agent" && page === "desk" ? (
      <a href={path} target={`screenpop-${name}`} title={t("header.other_tab")}>
        {label}
      </a>
    ) : (
      link(name, path, label)
    );
  return (
    <nav aria-label={t("header.pages")}>
      {link("desk", "/", t("header.desk"))}
      {role !== "agent" && link("wallboard", "/wallboard", t("header.wallboard"))}
      {beside("recalls", "/recalls", recallsLabel(waiting))}
      {role !== "agent" && link("reports", "/reports", t("header.reports"))}
      {role !== "agent" && link("insight", "/insight", t("header.insight"))}
      {role === "admin" && link("admin", "/admin", t("header.admin"))}
      {beside("me", "/me", <MyData />)}
    </nav>
  );
}

/** A sign in little room, so that the top line of a desk stays one line. */
function MyData() {
  return (
    <>
      <span class="page-sign">
        <Icon name="person" />
      </span>
      <span class="page-word">{t("header.my_data")}</span>
    </>
  );
}

function recallsLabel(waiting: number | null): string {
  return waiting ? t("header.recalls_waiting", { n: waiting }) : t("header.recalls");
}
