// What does the wallboard show on a screen on the wall?

import { useEffect, useRef, useState } from "preact/hooks";
import { said } from "../i18n/said";
import { t } from "../i18n/words";
import { duration } from "../shared/format";
import type { Change, Preferences } from "../shared/preferences";
import type { AlertSeen } from "../wire/frames";
import { subjectOf, valueText } from "./alerts";
import { shownQueues } from "./columns";
import { AlertWord, alertOn, LEVELS } from "./level";
import { type BoardProps, Figure, Tiles, toneOf, useBoardNow } from "./queues";
import {
  EVERY_S,
  isNarrow,
  rowPx,
  type ScreenPage,
  type ScreenSize,
  screenColumns,
  screenPages,
  titleOf,
  turned,
} from "./screen_pages";

interface ScreenProps extends BoardProps {
  preferences: Preferences;
  change: Change;
  onLeave(): void;
}

/** One page after the other in large type; no names of people, on any page. */
export function Screen(props: ScreenProps) {
  const { board, preferences, change, live, onLeave } = props;
  const size = useSize();
  const queues = shownQueues(
    board.queues.filter((each) => each.queue !== ""),
    "",
    preferences.sort,
  );
  const pages = screenPages(board, queues, size);
  const [place, setPlace] = useState(0);
  const [turns, setTurns] = useState(() => !calm());
  const at = Math.min(place, pages.length - 1);
  const turn = (step: number) => setPlace(turned(at, step, pages.length));
  useTurning(turns && pages.length > 1, preferences.everyS, turn);
  useKeys({ turn, setPlace, setTurns, onLeave, last: pages.length - 1 });
  const page = pages[at] as ScreenPage;
  return (
    <main
      class="screen"
      data-live={live}
      data-narrow={isNarrow(size)}
      style={{ "--row-height": `${rowPx(size)}px` }}
      onPointerDown={() => setTurns(false)}
    >
      <ScreenHead {...props} title={titleOf(page, at, pages)} />
      <section class="screen-page" aria-label={titleOf(page, at, pages)}>
        <PageOf {...props} page={page} size={size} />
      </section>
      <nav class="screen-tools" aria-label={t("wallboard.pages_of_the_big_screen")}>
        <button
          type="button"
          aria-label={t("wallboard.page_before")}
          onClick={() => turn(-1)}
        >
          ‹
        </button>
        <span class="screen-place">{`${at + 1} / ${pages.length}`}</span>
        <button
          type="button"
          aria-label={t("wallboard.next_page")}
          onClick={() => turn(1)}
        >
          ›
        </button>
        <button
          type="button"
          aria-pressed={turns}
          onPointerDown={(event) => event.stopPropagation()}
          onClick={() => setTurns(!turns)}
        >
          {turns ? t("wallboard.stop") : t("wallboard.rotate")}
        </button>
        <label>
          {t("wallboard.every")}{" "}
          <select
            value={preferences.everyS}
            onPointerDown={(event) => event.stopPropagation()}
            onChange={(event) => change({ everyS: Number(event.currentTarget.value) })}
          >
            {EVERY_S.map((each) => (
              <option key={each} value={each}>
                {props.formats.seconds(each)}
              </option>
            ))}
          </select>
        </label>
        <FullScreen />
        <button type="button" onClick={onLeave}>
          {t("wallboard.leave")}
        </button>
      </nav>
    </main>
  );
}

function ScreenHead(props: ScreenProps & { title: string }) {
  const { board, formats, skewMs, live, title } = props;
  const shownMs = useBoardNow(board, skewMs, live);
  const clock = formats.timeIn(shownMs, board.time_zone);
  const critical = board.alerts.filter((each) => each.level === "critical").length;
  const count = board.alerts.length;
  const alerts = t("wallboard.alerts_open", { n: count });
  return (
    <header class="screen-head">
      <h1>{title}</h1>
      <span class="muted">{board.company}</span>
      {count > 0 && (
        <strong class="screen-alerts" data-level={critical ? "critical" : "warning"}>
          {critical ? t("wallboard.alerts_critical", { n: critical, alerts }) : alerts}
        </strong>
      )}
      <span class="live-mark" data-live={live} role="status">
        <span class="dot" aria-hidden="true" />
        {live
          ? t("wallboard.is_live")
          : t("wallboard.stale_as_of_not_live_2", { clock })}
      </span>
      {live && <span class="screen-clock">{clock}</span>}
    </header>
  );
}

function PageOf(props: ScreenProps & { page: ScreenPage; size: ScreenSize }) {
  const { page, board } = props;
  if (page.kind === "rows") return <Rows {...props} page={page} />;
  if (page.kind === "alerts") return <AlertsNow {...props} alerts={page.alerts} />;
  const total = board.queues.find((each) => each.queue === "");
  if (!total) return null;
  const tiles = { ...props, queue: total, formulas: false };
  return (
    <>
      <Tiles {...tiles} group="now" title={t("wallboard.now")} far />
      <Tiles {...tiles} group="today" title={t("wallboard.today")} far />
    </>
  );
}

type Rows = ScreenPage & { kind: "rows" };

function Rows(props: ScreenProps & { page: Rows; size: ScreenSize }) {
  const { page, board, preferences, size } = props;
  const columns = screenColumns(board.counters, preferences.columns, page.of, size);
  return (
    <table style={{ "--rows": page.rows.length }}>
      <thead>
        <tr>
          <th scope="col">
            {page.of === "Queue" ? t("wallboard.queue") : t("wallboard.team")}
          </th>
          {columns.map((each) => (
            <th scope="col" key={each.name}>
              {each.label}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {page.rows.map((row) => (
          <tr key={row.queue}>
            <th scope="row">
              <bdi>{row.label || row.queue}</bdi>
            </th>
            {columns.map((each) => (
              <td
                key={each.name}
                data-label={each.label}
                data-tone={toneOf(each, row)}
                data-alert={
                  page.of === "Queue" ? alertOn(board, row.queue, each.name) : undefined
                }
              >
                <Figure {...props} counter={each} queue={row} />
                {page.of === "Queue" && (
                  <AlertWord level={alertOn(board, row.queue, each.name)} />
                )}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

interface AlertsNowProps extends ScreenProps {
  alerts: AlertSeen[];
}

function AlertsNow({ board, alerts, formats, skewMs, live }: AlertsNowProps) {
  const now = useBoardNow(board, skewMs, live);
  return (
    <ul class="screen-alert-list">
      {alerts.map((alert) => (
        <li key={alert.id} data-level={alert.level}>
          <strong class="level">{LEVELS[alert.level]}</strong>
          <span>
            <bdi>{said(alert.label)}</bdi>
            {alert.subject && (
              <>
                {", "}
                <bdi>{subjectOf(board, alert)}</bdi>
              </>
            )}
          </span>
          <span class="muted">
            {t("wallboard.for_when_it_opened_2", {
              duration: duration((now - Date.parse(alert.opened_at)) / 1000),
              alert: valueText(alert, board.counters, formats),
            })}
            {alert.acknowledged_by && ` · ${t("wallboard.was_seen")}`}
          </span>
        </li>
      ))}
    </ul>
  );
}

/** Who asked their system for less movement turns the pages by hand. */
function calm(): boolean {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}

function useSize(): ScreenSize {
  const now = () => ({ width: innerWidth, height: innerHeight });
  const [size, set] = useState(now);
  useEffect(() => {
    const measure = () => set(now());
    addEventListener("resize", measure);
    return () => removeEventListener("resize", measure);
  }, []);
  return size;
}

/** A page stays for the whole time, also one that was chosen by hand. */
function useTurning(turns: boolean, everyS: number, turn: (step: number) => void) {
  const latest = useRef(turn);
  latest.current = turn;
  useEffect(() => {
    if (!turns) return;
    const timer = setInterval(() => latest.current(1), everyS * 1000);
    return () => clearInterval(timer);
  }, [turns, everyS]);
}

interface Keys {
  turn(step: number): void;
  setPlace(place: number): void;
  setTurns(turns: boolean): void;
  onLeave(): void;
  last: number;
}

/** Every key stops the pages; some turn them. Keys of a field stay its own. */
function useKeys(keys: Keys): void {
  const latest = useRef(keys);
  latest.current = keys;
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const { turn, setPlace, setTurns, onLeave, last } = latest.current;
      const target = event.target as HTMLElement;
      const isButton = target.closest("button") !== null;
      if (!isButton || !["Enter", " "].includes(event.key)) setTurns(false);
      if (target.closest("select, input") && event.key !== "Escape") return;
      if (event.key === "ArrowRight" || event.key === "PageDown") turn(1);
      else if (event.key === "ArrowLeft" || event.key === "PageUp") turn(-1);
      else if (event.key === "Home") setPlace(0);
      else if (event.key === "End") setPlace(last);
      else if (event.key === "Escape") onLeave();
      else return;
      event.preventDefault();
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);
}

function FullScreen() {
  const [is, set] = useState(document.fullscreenElement !== null);
  useEffect(() => {
    const look = () => set(document.fullscreenElement !== null);
    document.addEventListener("fullscreenchange", look);
    return () => document.removeEventListener("fullscreenchange", look);
  }, []);
  if (!document.fullscreenEnabled) return null;
  const toggle = () =>
    is ? document.exitFullscreen() : document.documentElement.requestFullscreen();
  return (
    <button
      type="button"
      aria-pressed={is}
      onClick={() => void toggle().catch(() => set(false))}
    >
      {t("wallboard.full_screen")}
    </button>
  );
}
