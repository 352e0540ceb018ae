// What happened without this agent, and what have they done lately?

import { placeLabel } from "../i18n/labels";
import { t } from "../i18n/words";
import { BriefRecalls } from "../recalls/brief";
import type { RecentCall, Session } from "../shared/api";
import { duration } from "../shared/format";
import type { AgentState } from "../state/model";
import { Said } from "./amount";
import { useDesk } from "./context";
import { FindCustomer } from "./find";
import { useRecentCalls } from "./recent";
import { directionWord, farewellSentence, outcomeWord, resultLabel } from "./words";

/** Cards that left, one quiet line each; calls missed while away stand out a little. */
export function Farewells() {
  const { client, state, formats } = useDesk();
  if (state.farewells.length === 0) return null;
  return (
    <section class="farewells" aria-label={t("desk.calls_that_left")}>
      <ul>
        {state.farewells.slice(0, 5).map((line) => (
          <li key={line.callId} data-missed={line.missed}>
            <span class="muted">
              <Said>{formats.time(Date.parse(line.at))}</Said>
            </span>
            <b dir="auto">{line.who}</b>
            {line.who !== line.number && <span dir="ltr">{line.number}</span>}
            <span>
              {line.missed
                ? t("desk.missed")
                : farewellSentence(line.reason, line.answeredBy, line.direction)}
            </span>
          </li>
        ))}
      </ul>
      <button
        type="button"
        class="link"
        onClick={() => client.store.dispatch({ type: "farewells_cleared" })}
      >
        {t("desk.clear")}
      </button>
    </section>
  );
}

interface EmptyDeskProps {
  session: Session;
  onExpired(): void;
}

export function EmptyDesk({ session, onExpired }: EmptyDeskProps) {
  const { client, state, formats } = useDesk();
  if (!state.synced) return <p class="empty muted">{t("desk.connecting")}</p>;
  if (state.hello && !state.hello.agent) return <NoTelephone />;
  return (
    <section class="empty">
      <h2>{emptyTitle(state.agent?.state)}</h2>
      <p class="muted">
        {state.agent?.state === "available"
          ? t("desk.the_card_opens_here_as")
          : t("desk.calls_that_still_reach_your")}
      </p>
      {state.agent?.state === "offline" && (
        <button
          type="button"
          class="primary"
          disabled={state.wantedState !== null}
          onClick={() => client.setAgentState("available")}
        >
          {t("desk.begin_i_am_available")}
        </button>
      )}
      <FindCustomer />
      <BriefRecalls {...{ session, formats, onExpired }} waiting={state.recalls} />
      <Recent />
    </section>
  );
}

function emptyTitle(state: AgentState = "offline"): string {
  const titles: Record<AgentState, string> = {
    available: t("desk.ready_for_the_next_call"),
    break: t("desk.you_are_on_a_break"),
    wrap_up: t("desk.you_are_in_wrap_up"),
    offline: t("desk.you_are_not_available_now"),
  };
  return titles[state];
}

function NoTelephone() {
  const { state } = useDesk();
  const watches = state.hello?.role !== "agent";
  return (
    <section class="empty">
      <h2>{t("desk.no_telephone_belongs_to_you")}</h2>
      <p>
        {t("desk.cards_open_for_people_with")}
        <code>screenpop users</code>).
      </p>
      {watches && (
        <p>
          <a href="/wallboard">{t("desk.go_to_the_wallboard")}</a>
        </p>
      )}
    </section>
  );
}

function Recent() {
  const { farewells, link } = useDesk().state;
  const calls = useRecentCalls([farewells, link.status]);
  if (calls.length === 0) return null;
  return (
    <section class="recent" aria-labelledby="recent-title">
      <h3 id="recent-title">{t("desk.your_recent_calls")}</h3>
      <ul>
        {calls.map((call) => (
          <RecentLine key={call.call_id} call={call} />
        ))}
      </ul>
    </section>
  );
}

function RecentLine({ call }: { call: RecentCall }) {
  const { formats, state } = useDesk();
  const number =
    call.caller?.display || call.caller?.number || t("desk.number_not_shown");
  const result = resultLabel(call.disposition, state.hello?.dispositions ?? []);
  return (
    <li>
      <span class="muted when">
        <Said>{formats.dateTime(Date.parse(call.arrived_at))}</Said>
      </span>
      <span class="recent-who">
        <b dir="auto">{call.name || number}</b>
        {call.name && <span dir="ltr">{number}</span>}
      </span>
      <span class="recent-how muted">
        {[
          directionWord(call.direction),
          placeLabel(call.queue_label ?? call.queue),
          outcomeWord(call.outcome, call.direction),
          call.talk_s ? duration(call.talk_s) : null,
          result,
        ]
          .filter(Boolean)
          .join(" · ")}
      </span>
      {call.note && (
        <span class="recent-note" dir="auto" title={call.note}>
          {call.note}
        </span>
      )}
    </li>
  );
}
