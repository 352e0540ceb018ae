// How did a past call go, who wrote what, and what did the card show?

import { useState } from "preact/hooks";
import { labelOf, placeLabel } from "../i18n/labels";
import { t, textsOf, tKnown } from "../i18n/words";
import { askWith, Refused, type Session } from "../shared/api";
import { duration, viewerFormats } from "../shared/format";
import { useReading } from "../shared/reading";
import { Waiting } from "../shared/waiting";
import { type Me, NONE, type OwnCall } from "./answers";
import { type Leg, named, pathOfCall, type WholeCall, waitedS } from "./whole_call";

const EVENTS: Record<string, string> = textsOf({
  arrived: "day.ev_arrived",
  queued: "day.ev_queued",
  alerting: "day.ev_alerting",
  answered: "day.ev_answered",
  held: "day.ev_held",
  resumed: "day.ev_resumed",
  parked: "day.ev_parked",
  retrieved: "day.ev_retrieved",
  transferred: "day.ev_transferred",
  ended: "day.ev_ended",
});
const STATES: Record<string, string> = textsOf({
  fresh: "desk.up_to_date",
  stale: "desk.older_value",
  pending: "desk.state_asking",
  empty: "desk.nothing_there",
  failed: "desk.failed",
  timed_out: "desk.no_answer_in_time",
  withheld: "desk.withheld",
});

interface FullProps {
  call: OwnCall;
  me: Me;
  session: Session;
  onExpired(): void;
  onNote(text: string): void;
}

export function CallInFull(props: FullProps) {
  const { call, me, onExpired } = props;
  const reading = useReading<WholeCall>(pathOfCall(call), onExpired);
  const whole = reading.answer;
  if (!whole) return <Waiting reading={reading} />;
  const zone = me.time_zone;
  return (
    <div class="me-full">
      <Facts whole={whole} />
      <section>
        <h3>{t("day.course")}</h3>
        <Course whole={whole} zone={zone} />
      </section>
      <section>
        <h3>{t("day.notes")}</h3>
        <Written whole={whole} zone={zone} me={me} own={props.session.user.username} />
        <OwnNote {...props} whole={whole} />
      </section>
      <section>
        <h3>{t("day.on_the_card")}</h3>
        <OnTheCard whole={whole} zone={zone} />
      </section>
    </div>
  );
}

function Facts({ whole }: { whole: WholeCall }) {
  const waited = waitedS(whole);
  const outcome =
    whole.outcome && (tKnown(`outcome.${whole.outcome}`) ?? whole.outcome);
  const facts: [string, string | null][] = [
    [t("me.caller"), whole.caller.display || t("me.withheld")],
    [t("me.queue"), placeLabel(whole.queue_label ?? whole.queue)],
    [t("day.line"), placeLabel(whole.line_label)],
    [t("day.dialled"), whole.dialled],
    [t("desk.waited"), waited === null ? null : duration(waited)],
    [t("day.talked"), whole.talk_s === null ? null : duration(whole.talk_s)],
    [t("day.outcome"), outcome],
  ];
  return (
    <dl class="me-facts">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd dir="auto">{value || NONE}</dd>
        </div>
      ))}
    </dl>
  );
}

function Course({ whole, zone }: { whole: WholeCall; zone: string }) {
  const formats = viewerFormats();
  return (
    <>
      <ol class="me-course">
        {whole.events.map((event, place) => (
          <li key={`${place} ${event.at}`}>
            <time>{formats.timeIn(Date.parse(event.at), zone)}</time>
            <span>{EVENTS[event.type] ?? event.type}</span>
          </li>
        ))}
      </ol>
      <h4>{t("day.agents")}</h4>
      <ul class="me-course">
        {whole.legs.map((leg, place) => (
          <li key={`${place} ${leg.alerting_at}`}>
            <b dir="auto">{leg.name ?? t("recalls.a_colleague")}</b>
            <span>{legWords(leg, zone)}</span>
          </li>
        ))}
      </ul>
    </>
  );
}

/** `Rang 10:00:01 · Answered 10:00:05 · Ended 10:02:00`. */
function legWords(leg: Leg, zone: string): string {
  const times: [string, string | null][] = [
    [t("day.ev_alerting"), leg.alerting_at],
    [t("day.ev_answered"), leg.answered_at],
    [t("day.ev_ended"), leg.released_at],
  ];
  return times
    .filter(([, at]) => at)
    .map(
      ([word, at]) => `${word} ${viewerFormats().timeIn(Date.parse(at ?? ""), zone)}`,
    )
    .join(" · ");
}

interface WrittenProps {
  whole: WholeCall;
  zone: string;
  me: Me;
  own: string;
}

/** One's own note stands in the box below. */
function Written({ whole, zone, me, own }: WrittenProps) {
  const labels = new Map(me.results.map(({ code, label }) => [code, label]));
  const rows = [
    ...named(whole.notes.filter(({ user }) => user !== own)),
    ...named(whole.handovers, t("day.for_next")),
    ...named(
      whole.results.map((each) => ({
        ...each,
        text: placeLabel(labels.get(each.code)) ?? each.code,
      })),
      t("me.result"),
    ),
  ];
  return (
    <ul class="me-written">
      {rows.map(({ kind, name, text, at }) => (
        <li key={`${kind} ${name} ${at}`}>
          <p dir="auto">
            {kind && <b>{kind}: </b>}
            {text}
          </p>
          <small>
            <bdi>{name ?? t("recalls.a_colleague")}</bdi>
            {" · "}
            {viewerFormats().momentIn(at, zone)}
          </small>
        </li>
      ))}
    </ul>
  );
}

function OwnNote(props: FullProps & { whole: WholeCall }) {
  const { call, me, session, whole, onExpired, onNote } = props;
  const mine = whole.notes.findLast(({ user }) => user === session.user.username);
  const [text, setText] = useState(mine?.text ?? "");
  const [kept, setKept] = useState<{ text: string; at: string | null }>(
    mine ?? { text: "", at: null },
  );
  const [trouble, setTrouble] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const save = async () => {
    setBusy(true);
    try {
      const path = pathOfCall(call, "/notes");
      const made = await askWith<{ text: string; at: string }>(
        path,
        { text },
        session.csrf,
      );
      setKept(made);
      setTrouble(null);
      onNote(made.text);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (error.status === 401) onExpired();
      setTrouble(`${error.message} ${error.remedy}`.trim());
    } finally {
      setBusy(false);
    }
  };
  return (
    <form
      class="me-own-note"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <label>
        <span>{t("day.your_note")}</span>
        <textarea
          rows={3}
          dir="auto"
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
      </label>
      <button type="submit" class="primary" disabled={busy || text === kept.text}>
        {t("day.save_note")}
      </button>
      <span role="status">
        {trouble ??
          (kept.at &&
            t("day.saved_at", {
              moment: viewerFormats().momentIn(kept.at, me.time_zone),
            }))}
      </span>
    </form>
  );
}

function OnTheCard({ whole, zone }: { whole: WholeCall; zone: string }) {
  if (whole.shown.length === 0) return <p class="muted">{t("day.none")}</p>;
  return (
    <>
      <p class="muted">{t("day.no_values")}</p>
      <ul class="me-course">
        {whole.shown.map((each, place) => (
          <li key={`${place} ${each.lookup}`}>
            <time>{viewerFormats().timeIn(Date.parse(each.at), zone)}</time>
            <span>
              <b>{labelOf({ label: whole.facet_labels[each.facet] ?? each.facet })}</b>{" "}
              {STATES[each.state] ?? each.state}
              <small>{each.source}</small>
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}
