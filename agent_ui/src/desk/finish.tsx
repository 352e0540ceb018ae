// What is missing before a call can be finished, and what follows it?

import { t } from "../i18n/words";
import { duration } from "../shared/format";
import { draftOf } from "../state/drafts";
import { type DeskState, type Draft, type Pop, resultPending } from "../state/model";
import { stateAfterWrapUp } from "../state/wrap_up";
import { useDesk, useServerNow } from "./context";
import { type Missing, missingOf } from "./missing";
import { stateLabel } from "./words";

interface FinishProps {
  pop: Pop;
  draft: Draft;
}

export function FinishLine({ pop, draft }: FinishProps) {
  const { client, state } = useDesk();
  const missing = missingOf(state, pop) !== null;
  const waits = resultWaits(draft, state.link.status === "live");
  return (
    <div class="finish">
      <button
        type="button"
        class="primary"
        title="Ctrl+Enter"
        aria-keyshortcuts="Control+Enter"
        disabled={!pop.wrapUp}
        onClick={() => client.finish(pop.call_id)}
      >
        {t("desk.finish")}
      </button>
      <span class="muted">
        {!missing && waits && t("desk.kept_here_until_connected_2")}
        {(missing || !waits) &&
          (pop.wrapUp ? <WhatFollows pop={pop} /> : t("desk.after_the_call_2"))}
      </span>
      {!pop.wrapUp && pop.state !== "closed" && (
        <button
          type="button"
          class="link"
          title={t("desk.no_end_was_reported_close")}
          onClick={() => client.callIsOver(pop.call_id)}
        >
          {t("desk.this_call_is_over")}
        </button>
      )}
    </div>
  );
}

/**
 * Between the note and the results, where the note for the next agent was: the words
 * take no further room. A result that needs a note says so at once; that a result is
 * required is said when Finish is pressed.
 */
export function MissingLine({ pop }: { pop: Pop }) {
  const { state } = useDesk();
  const missing = missingOf(state, pop);
  const said = missing === "note" || draftOf(state, pop.call_id).finishRefused;
  return (
    <p class="for-next-room missing" role="alert">
      {said &&
        missing &&
        missingWords(missing, state.hello, draftOf(state, pop.call_id))}
    </p>
  );
}

function missingWords(
  missing: Missing,
  hello: DeskState["hello"],
  { disposition }: Draft,
): string {
  if (missing === "result") return t("finish.choose_a_result");
  const choice = hello?.dispositions.find((each) => each.code === disposition);
  return t("desk.needs_a_note", { value: choice?.label ?? "" });
}

function resultWaits(draft: Draft, live: boolean): boolean {
  return !live && resultPending(draft);
}

/** Until when, and what Finish leads to. */
function WhatFollows({ pop }: { pop: Pop }) {
  const { state } = useDesk();
  const next = stateAfterWrapUp({ ...state, pops: without(state.pops, pop.call_id) });
  return (
    <>
      <Countdown pop={pop} />
      {next && next !== "offline" && (
        <span>{t("desk.then", { state: stateLabel(next) })}</span>
      )}
    </>
  );
}

function without(pops: Record<string, Pop>, callId: string): Record<string, Pop> {
  const { [callId]: _finished, ...others } = pops;
  return others;
}

/** A centre that gives no time for wrap-up counts none. */
function Countdown({ pop }: { pop: Pop }) {
  const { state } = useDesk();
  const now = useServerNow();
  const given = state.hello?.wrap_up_s ?? 0;
  if (!given) return null;
  const ended = pop.ended_at ? Date.parse(pop.ended_at) : now;
  const left = given - (now - ended) / 1000;
  if (left > 0) return <span>{t("desk.time_left", { time: duration(left) })}</span>;
  return <span class="warn">{t("desk.over_by", { duration: duration(-left) })}</span>;
}
