// What is always in reach, on every page?

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { Language } from "../i18n/languages";
import { speak, t } from "../i18n/words";
import { changeLocale, Refused, type Session } from "./api";
import { Icon } from "./icons";
import { LanguageChoice } from "./language";
import { OwnPassword } from "./password";
import type { Change, Preferences, Theme } from "./preferences";
import { go, type Page } from "./route";

interface HeaderProps {
  session: Session;
  page: Page;
  preferences: Preferences;
  change: Change;
  onLogOut(): void;
  /** Callers who wait to be called back, where the page knows it. */
  waiting?: number | null;
  /** Switches of the page itself, beside those that all pages have. */
  tools?: ComponentChildren;
  children?: ComponentChildren;
}

export function Header(props: HeaderProps) {
  const { session, page, preferences, change, onLogOut, tools, children } = props;
  const { role } = session.user;
  const [changing, setChanging] = useState(false);
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
        <ThemeSwitch theme={preferences.theme} change={change} />
        <button
          type="button"
          class="quiet person"
          title={t("header.user_menu", { user: session.user.username })}
          aria-expanded={changing}
          onClick={() => setChanging(!changing)}
        >
          {session.user.name}
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
      {changing && <OwnMenu session={session} onClose={() => setChanging(false)} />}
    </header>
  );
}

/** What a person sets for themselves: language and password. */
function OwnMenu({ session, onClose }: { session: Session; onClose(): void }) {
  const [trouble, setTrouble] = useState("");
  const choose = async (language: Language) => {
    const { user, csrf } = session;
    try {
      await changeLocale(language, csrf);
      user.locale = language;
      setTrouble("");
      await speak(language, language);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      setTrouble(`${error.message} ${error.remedy}`);
    }
  };
  return (
    <div class="own-menu">
      <LanguageChoice onChoose={choose} />
      {trouble && (
        <p class="refusal" role="alert">
          {trouble}
        </p>
      )}
      <OwnPassword
        username={session.user.username}
        csrf={session.csrf}
        onClose={onClose}
      />
    </div>
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

const NEXT: Record<Theme, Theme> = { system: "light", light: "dark", dark: "system" };

function ThemeSwitch({ theme, change }: { theme: Theme; change: Change }) {
  const label = t(`theme.${theme}`);
  return (
    <button
      type="button"
      class="quiet icon"
      title={label}
      aria-label={label}
      onClick={() => change({ theme: NEXT[theme] })}
    >
      <Icon name={theme} />
    </button>
  );
}
