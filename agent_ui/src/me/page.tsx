// What does a person see of themselves? Their own figures, calls and data, no others'.

import { t } from "../i18n/words";
import type { Session } from "../shared/api";
import { Header } from "../shared/header";
import { useReading } from "../shared/reading";
import { Waiting } from "../shared/waiting";
import { type Me, stateWords } from "./answers";
import { CallsOfMine } from "./calls";
import { DayOfMine } from "./day";
import { FiguresOfMine } from "./figures";
import { StoredOfMe } from "./stored";
import "../style/me.css";

interface MePageProps {
  session: Session;
  onLogOut(): void;
  onExpired(): void;
}

const AGAIN_MS = 20_000;

export function MePage(props: MePageProps) {
  const { session, onLogOut, onExpired } = props;
  const reading = useReading<Me>("/v1/me", onExpired, AGAIN_MS);
  const me = reading.answer;
  return (
    <>
      <Header {...{ session, onLogOut }} page="me" />
      <main class="me">
        <header class="me-head">
          <h1>{t("me.my_data")}</h1>
          <p class="muted">
            {t("me.what_is_counted_and_stored", { name: session.user.name })}
          </p>
        </header>
        {me && <DayOfMine {...{ me, session, onExpired }} readAt={reading.at} />}
        <section class="me-figures">
          <h2>{t("me.my_figures")}</h2>
          {!me && <Waiting reading={reading} />}
          {me && reading.trouble && (
            <p class="banner" role="alert">
              {reading.trouble}
            </p>
          )}
          {me && <FiguresOfMine me={me} />}
          {me?.state && (
            <p class="muted">{t("me.now", { me: stateWords(me) ?? "" })}</p>
          )}
        </section>
        {me && <CallsOfMine {...{ me, session, onExpired }} />}
        {me && <StoredOfMe zone={me.time_zone} onExpired={onExpired} />}
      </main>
    </>
  );
}
