// What is going on in the queues right now?

import { useEffect, useMemo, useState } from "preact/hooks";
import { LinkBanner } from "../desk/banner";
import { placeLabel } from "../i18n/labels";
import { withCountersRead } from "../i18n/said";
import { t } from "../i18n/words";
import type { Session } from "../shared/api";
import { viewerFormats } from "../shared/format";
import { Header } from "../shared/header";
import { Icon } from "../shared/icons";
import type { Change, Preferences } from "../shared/preferences";
import { useStore } from "../shared/store";
import type { WallboardSnapshot } from "../wire/frames";
import { Agents } from "./agents";
import { AlertSound } from "./alert_sound";
import { Alerts } from "./alerts";
import { WallboardClient } from "./client";
import { LiveCalls } from "./live_calls";
import {
  type BoardProps,
  Formulas,
  groupOf,
  LinesWithoutQueues,
  Queues,
  Total,
  useBoardNow,
} from "./queues";
import { Screen } from "./screen";
import { chosenTeam, Teams } from "./teams";

interface WallboardPageProps {
  session: Session;
  preferences: Preferences;
  change: Change;
  onLogOut(): void;
  onExpired(): void;
}

export function WallboardPage(props: WallboardPageProps) {
  const { session, preferences, change, onLogOut } = props;
  const [big, setBig] = useBigScreen();
  const tools = <Tools {...{ preferences, change }} onBigScreen={() => setBig(true)} />;
  const mayWatch = session.user.role !== "agent";
  return (
    <>
      {!(big && mayWatch) && (
        <Header {...{ session, onLogOut }} page="wallboard" tools={tools} />
      )}
      {mayWatch ? (
        <Board {...props} big={big} onLeave={() => setBig(false)} />
      ) : (
        <NotYours />
      )}
    </>
  );
}

/** The address says so: a screen on the wall is opened by its bookmark. */
function useBigScreen(): [boolean, (big: boolean) => void] {
  const [big, set] = useState(
    new URLSearchParams(location.search).get("screen") === "big",
  );
  const change = (next: boolean) => {
    history.replaceState(null, "", next ? "?screen=big" : location.pathname);
    set(next);
  };
  return [big, change];
}

function NotYours() {
  return (
    <main class="empty">
      <h1>{t("wallboard.the_wallboard_is_for_supervisors")}</h1>
      <p>
        {t("wallboard.your_role_is_agent")}{" "}
        <a href="/">{t("wallboard.back_to_your_desk")}</a>
      </p>
    </main>
  );
}

interface ToolsProps extends Pick<WallboardPageProps, "preferences" | "change"> {
  onBigScreen(): void;
}

function Tools({ preferences, change, onBigScreen }: ToolsProps) {
  const switches = [
    { key: "formulas", label: t("wallboard.formulas"), on: preferences.formulas },
    { key: "big", label: t("wallboard.large_type"), on: preferences.big },
  ] as const;
  return (
    <>
      {switches.map((each) => (
        <button
          type="button"
          class="quiet"
          key={each.key}
          aria-pressed={each.on}
          onClick={() => change({ [each.key]: !each.on })}
        >
          <Icon name={each.key} /> <span class="tool-word">{each.label}</span>
        </button>
      ))}
      <button type="button" class="quiet" onClick={onBigScreen}>
        <Icon name="screen" />{" "}
        <span class="tool-word">{t("wallboard.big_screen")}</span>
      </button>
    </>
  );
}

interface BoardPageProps extends WallboardPageProps {
  big: boolean;
  onLeave(): void;
}

function Board(props: BoardPageProps) {
  const { session, preferences, change, onExpired, big, onLeave } = props;
  const client = useMemo(() => new WallboardClient(), []);
  const state = useStore(client.store);
  const formats = viewerFormats();
  useEffect(() => client.start(), [client]);
  useEffect(() => {
    if (state.link.status === "logged_out") onExpired();
  }, [state.link.status]);
  const { skewMs, breakReasons } = state;
  const board = state.board && withPlacesRead(withCountersRead(state.board));
  const takeOver = { label: t("wallboard.use_this_tab"), run: () => client.takeOver() };
  const action = state.link.status === "replaced" ? takeOver : null;
  const banner = { link: state.link, action, time: formats.time };
  if (!board) {
    return (
      <main class="empty">
        <LinkBanner {...banner} />
        <p class="muted">{t("wallboard.connecting")}</p>
      </main>
    );
  }
  const live = state.link.status === "live";
  const team = chosenTeam(board, preferences.team);
  const shared = { board, formats, skewMs, live, formulas: preferences.formulas };
  const sound = (
    <AlertSound
      key="sound"
      alerts={board.alerts}
      hidden={big}
      {...{ live, preferences }}
    />
  );
  if (big) {
    return (
      <>
        <Screen {...shared} {...{ preferences, change, onLeave }} />
        {sound}
      </>
    );
  }
  return (
    <main class="wallboard" data-big={preferences.big} data-live={live}>
      <h1 class="hidden">{t("wallboard.wallboard")}</h1>
      <LinkBanner {...banner} />
      <div class="board-head">
        <AsOf {...shared} />
        {sound}
      </div>
      <Alerts {...{ board, skewMs, formats }} csrf={session.csrf} />
      <Total {...shared} />
      <LinesWithoutQueues lines={board.lines_without_queues} />
      <Queues {...shared} {...{ preferences, change }} />
      <Teams {...shared} {...{ preferences, change }} />
      {board.agents_named ? (
        <Agents {...shared} {...{ team, breakReasons }} />
      ) : (
        <GroupsOnly />
      )}
      <LiveCalls csrf={session.csrf} skewMs={skewMs} />
      <Formulas counters={explained(board)} />
    </main>
  );
}

/** With the labels of queues and lines in the viewer's language. */
function withPlacesRead(board: WallboardSnapshot): WallboardSnapshot {
  return {
    ...board,
    queues: board.queues.map((each) => ({ ...each, label: placeLabel(each.label) })),
    lines_without_queues: board.lines_without_queues.map(placeLabel),
    alerts: board.alerts.map((each) => ({
      ...each,
      subject_label: placeLabel(each.subject_label),
    })),
  };
}

/** Numbers of teams are explained where there are teams. */
function explained({ counters, teams }: WallboardSnapshot) {
  return counters.filter((each) => teams.length > 0 || groupOf(each) !== "teams");
}

/** What single agents do is shown where the configuration lets it. */
function GroupsOnly() {
  return <p class="muted groups-only">{t("wallboard.agents_are_shown_as_a")}</p>;
}

function AsOf({ board, formats, skewMs, live }: BoardProps) {
  const { at, time_zone, day, company } = board;
  const shownMs = useBoardNow(board, skewMs, live);
  const clock = formats.timeIn(live ? Date.parse(at) : shownMs, time_zone);
  const date = formats.value(day, DAY, null);
  return (
    <p class="as-of">
      <strong>{company || t("wallboard.wallboard")}</strong>
      <span class="live-mark" data-live={live}>
        <span class="dot" aria-hidden="true" />
        {live
          ? t("wallboard.live_last_change", { clock })
          : t("wallboard.stale_as_of_not_live", { clock })}
      </span>
      <span class="muted">{t("wallboard.today_is", { date, time_zone })}</span>
    </p>
  );
}

const DAY = {
  name: "day",
  get label() {
    return t("wallboard.day");
  },
  type: "date" as const,
  currency: null,
  labels: {},
};
