// What does the agent read of the past before the first word is said?

import type { ComponentChildren } from "preact";
import { t } from "../i18n/words";
import { duration } from "../shared/format";
import { useStore } from "../shared/store";
import type { Pop } from "../state/model";
import type { Promised } from "../wire/frames";
import { Amount, Said } from "./amount";
import { useCallNow, useDesk, useServerNow } from "./context";
import { Skeleton } from "./fields";
import {
  atMs,
  type CallRow,
  callBackPromised,
  callsLately,
  earlierCalls,
  openBalance,
  saysBalance,
  waitedMs,
} from "./glance";
import { timeline, toggleTimeline } from "./timeline_open";
import { outcomeWord, resultLabel } from "./words";

/** In rooms that no answer moves: each fact has its own, filled or not. */
export function Glance({ pop }: { pop: Pop }) {
  return (
    <section class="glance" aria-label={t("desk.at_a_glance")}>
      <dl class="glance-facts">
        <OpenBalance pop={pop} />
        <Fact name="waited" label={t("desk.waited")}>
          <Waited pop={pop} />
        </Fact>
        <Often pop={pop} />
        <Language pop={pop} />
        <CallBack pop={pop} />
      </dl>
      <LastContact pop={pop} />
    </section>
  );
}

interface FactProps {
  name: string;
  label: string;
  tone?: "warn";
  children: ComponentChildren;
}

function Fact({ name, label, tone, children }: FactProps) {
  return (
    <div class="glance-fact" data-fact={name} data-tone={tone}>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function OpenBalance({ pop }: { pop: Pop }) {
  const shapes = useDesk().state.hello?.facets ?? [];
  const open = openBalance(pop, shapes);
  if (!saysBalance(shapes)) return null;
  const pending = (pop.facets.balance?.state ?? "pending") === "pending";
  return (
    <Fact name="open" label={t("desk.open_balance")}>
      {open && <Amount {...open} />}
      {!open && pending && <Skeleton label={t("desk.open_balance_asking")} />}
      {!open && !pending && <span class="muted">–</span>}
    </Fact>
  );
}

function Waited({ pop }: { pop: Pop }) {
  const waited = waitedMs(pop, useCallNow());
  return waited === null ? (
    <span class="muted">–</span>
  ) : (
    <span class="timer" title={t("desk.from_the_arrival_of_the")}>
      {duration(waited / 1000)}
    </span>
  );
}

function Often({ pop }: { pop: Pop }) {
  const { formats } = useDesk();
  const earlier = earlierCalls(pop);
  const count = earlier ? callsLately(pop, earlier) : 0;
  return (
    <Fact
      name="often"
      label={t("desk.calls_in_2_days")}
      {...(count > 1 ? { tone: "warn" as const } : {})}
    >
      {earlier && count > 0 && <Said>{formats.number(count)}</Said>}
      {earlier && count === 1 && <span class="muted">{t("desk.this_one")}</span>}
      {!earlier && <span class="muted">–</span>}
    </Fact>
  );
}

/** The language that the customer's record names, in the viewer's words. */
function Language({ pop }: { pop: Pop }) {
  const { formats } = useDesk();
  const value = pop.facets.identity?.fields.language?.value;
  return (
    <Fact name="language" label={t("desk.language")}>
      {typeof value === "string" && value ? (
        <Said>{formats.language(value)}</Said>
      ) : (
        <span class="muted">–</span>
      )}
    </Fact>
  );
}

function CallBack({ pop }: { pop: Pop }) {
  const { formats, state } = useDesk();
  const now = useServerNow(60);
  const { call_back_words: words = [], dispositions = [] } = state.hello ?? {};
  const earlier = earlierCalls(pop);
  const promised = earlier && callBackPromised(earlier, words, dispositions);
  if (pop.promised) return <Appointment {...pop.promised} />;
  return (
    <Fact
      name="call-back"
      label={t("desk.call_back")}
      {...(promised ? { tone: "warn" as const } : {})}
    >
      {promised ? (
        <>
          {t("desk.promised")}
          <Said>{formats.ago(atMs(promised), now)}</Said>
        </>
      ) : (
        <span class="muted">{earlier ? t("desk.none_open") : "–"}</span>
      )}
    </Fact>
  );
}

/** A call back that a colleague promised for a time. */
function Appointment({ at, by = null }: Promised) {
  const { formats, state } = useDesk();
  const zone = state.hello?.time_zone ?? "UTC";
  return (
    <Fact name="call-back" label={t("desk.call_back")} tone="warn">
      <span class="appointment">
        {t("desk.promised")}
        <Said>{formats.appointment(Date.parse(at), zone)}</Said>
        {by && <bdi>{`, ${by}`}</bdi>}
      </span>
    </Fact>
  );
}

const SCROLLS_FROM_CHARS = 100;

/** When, with whom, with what result, and the words that were left: read in full. */
function LastContact({ pop }: { pop: Pop }) {
  const [last] = earlierCalls(pop) ?? [];
  const empty = pop.facets.interactions?.state === "empty";
  const scrolls = String(last?.note ?? "").length > SCROLLS_FROM_CHARS;
  return (
    <section
      class="last-contact"
      aria-label={t("desk.last_contact")}
      {...(scrolls ? { tabIndex: 0 } : {})}
    >
      <span class="last-label">{t("desk.last_contact")}</span>
      <TimelineButton callId={pop.call_id} />
      {last ? <LastWords row={last} /> : <NoContact empty={empty} />}
    </section>
  );
}

function TimelineButton({ callId }: { callId: string }) {
  const open = useStore(timeline) === callId;
  return (
    <button
      type="button"
      class="link timeline-button"
      aria-expanded={open}
      aria-keyshortcuts="Alt+Shift+H"
      title={t("timeline.open_title")}
      onClick={() => toggleTimeline(callId)}
    >
      {t("timeline.title")}
    </button>
  );
}

function NoContact({ empty }: { empty: boolean }) {
  return <span class="muted">{empty ? t("desk.none_the_first_call_known") : "–"}</span>;
}

function LastWords({ row }: { row: CallRow }) {
  const { formats, state } = useDesk();
  const now = useServerNow(60);
  const results = state.hello?.dispositions ?? [];
  const how = row.disposition
    ? resultLabel(row.disposition, results)
    : outcomeWord(row.outcome, row.direction);
  return (
    <>
      <b title={formats.dateTime(atMs(row))}>
        <Said>{formats.ago(atMs(row), now)}</Said>
      </b>
      {row.agent && <AndThen>{row.agent}</AndThen>}
      {how && <AndThen>{how}</AndThen>}
      {row.note && (
        <>
          {": "}
          <q dir="auto">{String(row.note)}</q>
        </>
      )}
    </>
  );
}

/** The comma goes with the sentence, the word keeps its own direction. */
function AndThen({ children }: { children: ComponentChildren }) {
  return (
    <>
      {", "}
      <bdi>{children}</bdi>
    </>
  );
}
