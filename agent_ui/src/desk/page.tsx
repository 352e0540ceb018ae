// How is the desk put together, and what do its keys do?

import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { helloInLanguage, placeLabel } from "../i18n/labels";
import { t } from "../i18n/words";
import type { Session } from "../shared/api";
import { type Formats, viewerFormats } from "../shared/format";
import { Header } from "../shared/header";
import { Icon } from "../shared/icons";
import { useNewBuild } from "../shared/new_build";
import type { Change, Preferences } from "../shared/preferences";
import { closeSettings, toggleSettings } from "../shared/settings_sheet";
import { useStore } from "../shared/store";
import { callerTitle, type DeskState, numberTitle, type Pop } from "../state/model";
import { markOf, nextMark, offersOn } from "../state/offers";
import { isRinging, talkingElsewhere } from "../state/pops";
import { Banner, Troubles } from "./banner";
import { Card, mustChoose } from "./card";
import { DeskClient } from "./client";
import { DeskContext } from "./context";
import { focusFindBox } from "./find";
import { consultWords } from "./handover";
import { mayAskToNotify, Notices, type Ringing } from "./notices";
import { policyWords } from "./policy";
import { EmptyDesk, Farewells } from "./quiet";
import { Stranded, TalkingBar, UndoOffer } from "./reminders";
import { useRing } from "./ring";
import { type Actions, press } from "./shortcuts";
import { pressState, StateSwitch } from "./state_switch";
import { Tabs } from "./tabs";
import { closeTimeline, toggleTimeline } from "./timeline_open";
import { verdictWords } from "./verdict_bar";

interface DeskPageProps {
  session: Session;
  preferences: Preferences;
  change: Change;
  onLogOut(): void;
  onExpired(): void;
}

export function DeskPage(props: DeskPageProps) {
  const { session, preferences, change, onLogOut, onExpired } = props;
  const client = useMemo(() => new DeskClient(session), []);
  const frames = useStore(client.store);
  const state = { ...frames, hello: helloInLanguage(frames.hello) };
  const formats = viewerFormats();
  const note = useRef<HTMLTextAreaElement>(null);
  const [changing, setChanging] = useState<string | null>(null);
  const pop = state.selected ? state.pops[state.selected] : undefined;
  const sources = preferences.sources;

  useEffect(() => client.start(), [client]);
  useEffect(() => {
    if (state.link.status === "logged_out") onExpired();
  }, [state.link.status]);
  // Whoever comes to the front is seen from the top, however far the last was scrolled.
  useLayoutEffect(fromItsTop, [state.selected]);
  useRingingNotices(client, state);
  useRing(ringingOf(state).length > 0, preferences);
  useNewBuild(state.hello?.build, state.order.length === 0);
  useKeys(preferences, {
    ...cardActions(client, pop, changing),
    note: () => note.current?.focus(),
    write: () => caretAtEnd(note.current),
    talking: () => goToTalking(client),
    undo: () => client.undo(),
    turn: (step) => turn(client, step),
    change: () => pop && setChanging(changing ? null : pop.call_id),
    find: () => {
      if (!focusFindBox() && pop) setChanging(pop.call_id);
      requestAnimationFrame(focusFindBox);
    },
    timeline: () => pop && toggleTimeline(pop.call_id),
    sources: () => change({ sources: !sources }),
    agentState: pressState,
    help: () => toggleSettings("keys"),
    escape: () => {
      setChanging(null);
      closeTimeline();
      closeSettings();
      (document.activeElement as HTMLElement | null)?.blur();
    },
  });

  return (
    <DeskContext.Provider value={{ client, state, formats, sources }}>
      <div class="desk-head">
        <Header
          {...{ session, onLogOut }}
          page="desk"
          waiting={state.recalls}
          tools={<Tools {...{ preferences, change }} />}
        >
          <StateSwitch />
        </Header>
        {state.order.length > 0 ? (
          <section class="desk-calls" aria-label={t("desk.calls_on_your_desk")}>
            <Tabs />
            <TalkingBar />
          </section>
        ) : (
          <div class="desk-calls" aria-hidden="true" />
        )}
      </div>
      <main
        class="desk"
        tabIndex={-1}
        data-live={state.link.status === "live"}
        data-sources={sources}
      >
        <h1 class="hidden">{t("desk.desk")}</h1>
        <Banner />
        <Troubles />
        <Stranded />
        {pop ? (
          <Card
            key={pop.call_id}
            pop={pop}
            note={note}
            changing={changing === pop.call_id}
            onChange={(open) => setChanging(open ? pop.call_id : null)}
          />
        ) : (
          <EmptyDesk {...{ session, onExpired }} />
        )}
        <Farewells />
        <Announcer state={state} formats={formats} />
      </main>
      <UndoOffer />
    </DeskContext.Provider>
  );
}

/** In a very low window the card begins at its edge: the head would fill it. */
function fromItsTop(): void {
  const isLow = matchMedia("(max-height: 20rem)").matches;
  const card = isLow ? document.querySelector(".card") : null;
  if (card) card.scrollIntoView();
  else scrollTo(0, 0);
  // What had the focus left with its card: the keyboard goes on here, not at the top.
  if (document.activeElement === document.body) {
    document.querySelector<HTMLElement>("main")?.focus({ preventScroll: true });
  }
}

interface ToolsProps {
  preferences: Preferences;
  change: Change;
}

function Tools({ preferences, change }: ToolsProps) {
  const [ask, setAsk] = useState(mayAskToNotify);
  return (
    <>
      {ask && (
        <button
          type="button"
          class="quiet"
          onClick={() => Notification.requestPermission().then(() => setAsk(false))}
        >
          <Icon name="bell" /> <span class="tool-word">{t("desk.notify_me")}</span>
        </button>
      )}
      <button
        type="button"
        class="quiet"
        aria-pressed={preferences.sources}
        title={t("desk.show_source_and_age_of")}
        onClick={() => change({ sources: !preferences.sources })}
      >
        <Icon name="sources" /> <span class="tool-word">{t("desk.sources")}</span>
      </button>
    </>
  );
}

/** Says once who is ringing, at once; then politely what must be known, and holds. */
function Announcer({ state, formats }: { state: DeskState; formats: Formats }) {
  const words = ringingOf(state)
    .map((each) => `${each.title}. ${each.body}`)
    .join(" ");
  const front = state.selected ? state.pops[state.selected] : undefined;
  const verdict = front ? verdictWords(front, state.hello?.facets ?? [], formats) : "";
  const policy = front ? policyWords(front.policy) : "";
  return (
    <>
      <div class="hidden" aria-live="assertive">
        {words}
      </div>
      <div class="hidden" aria-live="polite">
        <p>{verdict}</p>
        <p>{policy}</p>
        <p>{heldWords(state)}</p>
      </div>
    </>
  );
}

function heldWords(state: DeskState): string {
  return state.order
    .flatMap((id) => state.pops[id] ?? [])
    .filter((pop) => pop.state === "held")
    .map((pop) => `${callerTitle(pop)}: ${t("desk.on_hold")}`)
    .join(" ");
}

function ringingOf(state: DeskState): Ringing[] {
  return state.order
    .flatMap((id) => state.pops[id] ?? [])
    .filter(isRinging)
    .map((pop) => ({
      callId: pop.call_id,
      title: ringingTitle(pop),
      body: [
        consultWords(pop),
        numberTitle(pop),
        placeLabel(pop.queue_label ?? pop.queue),
      ]
        .filter(Boolean)
        .join(" · "),
    }));
}

function ringingTitle(pop: Pop): string {
  const who = callerTitle(pop);
  return pop.direction === "outbound"
    ? t("desk.calling_2", { who })
    : t("desk.is_ringing", { who });
}

function useRingingNotices(client: DeskClient, state: DeskState): void {
  const notices = useRef<Notices | null>(null);
  useEffect(() => {
    const made = new Notices((callId) => client.select(callId));
    notices.current = made;
    return () => made.stop();
  }, [client]);
  useEffect(() => {
    notices.current?.show(ringingOf(state));
  }, [state.pops]);
}

function useKeys({ shortcuts, keysOff }: Preferences, actions: Actions): void {
  useLayoutEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (press(event, actions, shortcuts, keysOff)) event.preventDefault();
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  });
}

function cardActions(
  client: DeskClient,
  pop: Pop | undefined,
  changing: string | null,
) {
  const { hello } = client.store.state;
  const result = (n: number) => {
    const choice = hello?.dispositions[n - 1];
    if (pop && choice) client.pressResult(pop.call_id, choice.code);
  };
  const offer = (n: number) => {
    // As it is now: the last press may not be drawn yet.
    const newest = pop && client.store.state.pops[pop.call_id];
    const each = newest?.answered_at ? offersOn(newest)[n - 1] : undefined;
    if (newest && each)
      client.markOffer(newest.call_id, each, nextMark(markOf(newest, each)));
  };
  const candidate = (n: number) => {
    const choosing = pop && (mustChoose(pop) || changing === pop.call_id);
    const chosen = choosing ? pop.candidates[n - 1] : undefined;
    if (pop && chosen) client.choose(pop.call_id, chosen);
    return chosen !== undefined;
  };
  const finish = () => pop && client.finish(pop.call_id);
  return { result, offer, candidate, finish };
}

function goToTalking(client: DeskClient): void {
  const talking = talkingElsewhere(client.store.state);
  if (talking) client.selectWriting(talking.call_id);
}

function caretAtEnd(note: HTMLTextAreaElement | null): void {
  note?.focus();
  note?.setSelectionRange(note.value.length, note.value.length);
}

function turn(client: DeskClient, step: 1 | -1): void {
  const { order, selected } = client.store.state;
  const at = order.indexOf(selected ?? "");
  const next = order[(at + step + order.length) % order.length];
  if (next) client.select(next);
}
