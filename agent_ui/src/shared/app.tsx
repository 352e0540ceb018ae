// Who is logged in, and which page do they see?

import { useEffect, useState } from "preact/hooks";
import { DeskPage } from "../desk/page";
import { speakFor } from "../i18n/choice";
import { knowLabels } from "../i18n/labels";
import { languageTag, t, useLanguage } from "../i18n/words";
import { currentSession, logOut, Refused, type Session } from "./api";
import { setViewerLocale } from "./format";
import { forgetOwner, settingsChanged, settingsOf } from "./kept_settings";
import { Later, type Load } from "./later";
import { LogIn } from "./login";
import { type Change, type Preferences, usePreferences } from "./preferences";
import { type Page, usePage } from "./route";
import { closeSettings, opensSettings, sheet, toggleSettings } from "./settings_sheet";
import { useStore } from "./store";

interface PageProps {
  session: Session;
  preferences: Preferences;
  change: Change;
  onLogOut(): void;
  onExpired(): void;
}

type Gate =
  | { at: "asking"; reason: string | null }
  | { at: "out"; reason: string | null }
  | { at: "in"; session: Session }
  | { at: "unreachable"; refusal: Refused };

const ASK_AGAIN_MS = 3_000;

export function App() {
  const [gate, setGate] = useState<Gate>({ at: "asking", reason: null });
  const page = usePage();
  const settings = useStore(sheet);
  useLanguage();
  const { take, ...preferences } = usePreferences(settingsChanged);
  const enter = async (session: Session) => {
    const [liked] = await Promise.all([
      settingsOf(session),
      speakFor(session.user.locale ?? null),
    ]);
    if (liked) take(liked);
    knowLabels(session.labels);
    setGate({ at: "in", session });
  };
  useSettingsKey(gate.at === "in");
  useEffect(() => {
    if (gate.at === "asking") askWho(setGate, enter, gate.reason);
    if (gate.at !== "unreachable") return;
    const timer = setTimeout(
      () => setGate({ at: "asking", reason: null }),
      ASK_AGAIN_MS,
    );
    return () => clearTimeout(timer);
  }, [gate]);

  if (gate.at === "asking") return <p class="empty muted">{t("app.connecting")}</p>;
  if (gate.at === "unreachable") return <Unreachable refusal={gate.refusal} />;
  if (gate.at === "out") {
    return <LogIn reason={gate.reason} onLogIn={(session) => void enter(session)} />;
  }
  setViewerLocale(languageTag());
  const out = (reason: string | null) => {
    forgetOwner();
    setGate({ at: "out", reason });
  };
  const shared = {
    session: gate.session,
    ...preferences,
    // asked first: a new password ends the session, and brings another one
    onExpired: () => setGate({ at: "asking", reason: t("app.session_over") }),
    onLogOut: () => leave(gate.session, out),
  };
  return (
    <>
      {page === "desk" ? (
        <DeskPage {...shared} />
      ) : (
        <Later key={page} load={OTHERS[page]} {...shared} />
      )}
      {settings && <Later key="settings" load={SETTINGS} {...shared} />}
    </>
  );
}

/** On every page; a key that is pressed twice opens and closes. */
function useSettingsKey(inside: boolean): void {
  useEffect(() => {
    if (!inside) return closeSettings;
    const onKey = (event: KeyboardEvent) => {
      if (!opensSettings(event)) return;
      event.preventDefault();
      toggleSettings("look");
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, [inside]);
}

const SETTINGS: Loading = async () => (await import("./settings")).Settings;

type Loading = Load<PageProps>;

const OTHERS: Record<Exclude<Page, "desk">, Loading> = {
  wallboard: async () => (await import("../wallboard/page")).WallboardPage,
  recalls: async () => (await import("../recalls/page")).RecallsPage,
  reports: async () => (await import("../reports/page")).ReportsPage,
  insight: async () => (await import("../insight/page")).InsightPage,
  admin: async () => (await import("../admin/page")).AdminPage,
  me: async () => (await import("../me/page")).MePage,
};

function Unreachable({ refusal }: { refusal: Refused }) {
  return (
    <p class="empty" role="status">
      {t("app.trying_again", { problem: refusal.message })}
    </p>
  );
}

async function askWho(
  tell: (gate: Gate) => void,
  enter: (session: Session) => Promise<void>,
  reason: string | null,
): Promise<void> {
  try {
    const session = await currentSession();
    if (session) return await enter(session);
    await speakFor(null);
    tell({ at: "out", reason });
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    tell({ at: "unreachable", refusal: error });
  }
}

async function leave(session: Session, out: (reason: string | null) => void) {
  try {
    await logOut(session.csrf);
    out(null);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    if (error.status === 401) out(null);
  }
}
