// What does the agent write, and is it safe?

import type { Ref } from "preact";
import { useState } from "preact/hooks";
import { t } from "../i18n/words";
import { duration } from "../shared/format";
import { draftOf } from "../state/drafts";
import { type Draft, type Pop, resultPending, unsaved } from "../state/model";
import { stateAfterWrapUp } from "../state/wrap_up";
import type { DispositionChoice } from "../wire/frames";
import { CallBackAt, mayPromise } from "./call_back";
import { useDesk, useServerNow } from "./context";
import { ForNext, mayHandOver } from "./for_next";
import { stateLabel } from "./words";

interface WritingProps {
  pop: Pop;
  field: Ref<HTMLTextAreaElement>;
}

export function Writing({ pop, field }: WritingProps) {
  const { client, state } = useDesk();
  const draft = draftOf(state, pop.call_id);
  const max = state.hello?.note_chars_max ?? 4000;
  const [results, showResults] = useState(false);
  return (
    <section
      class="writing"
      aria-labelledby="writing-title"
      data-wrap-up={pop.wrapUp}
      data-results={results}
    >
      <header>
        <h3 id="writing-title">
          <label for="note">{t("desk.note")}</label>
          {pop.wrapUp && <span class="muted">{t("desk.after_the_call")}</span>}
        </h3>
        <SaveState draft={draft} live={state.link.status === "live"} />
      </header>
      <textarea
        id="note"
        ref={field}
        dir="auto"
        rows={4}
        maxLength={max}
        placeholder={t("desk.saved_as_you_type")}
        value={draft.text}
        onInput={(event) => client.type(pop.call_id, event.currentTarget.value)}
        onBlur={() => client.saveNote(pop.call_id)}
      />
      {draft.text.length > max * 0.9 && (
        <p class="muted hint">
          {t("desk.characters_left", { n: max - draft.text.length })}
        </p>
      )}
      {mayHandOver(pop) ? (
        <ForNext pop={pop} draft={draft} max={max} />
      ) : (
        <div class="for-next-room" />
      )}
      <ResultSwitch draft={draft} open={results} onTurn={() => showResults(!results)} />
      <Dispositions pop={pop} draft={draft} />
      {mayPromise(pop) ? (
        <CallBackAt key={pop.call_id} pop={pop} draft={draft} />
      ) : (
        <div class="call-back-room" />
      )}
      <FinishLine pop={pop} draft={draft} />
    </section>
  );
}

function SaveState({ draft, live }: { draft: Draft; live: boolean }) {
  const [level, words] = saveWords(draft, live);
  return (
    <span class="save-state" data-level={level} role="status">
      {words}
    </span>
  );
}

export function saveWords(draft: Draft, live: boolean): [string, string] {
  if (draft.failed) return ["failed", t("desk.not_saved", { failed: draft.failed })];
  if (!live && unsaved(draft)) return ["waiting", t("desk.kept_here_until_connected")];
  if (draft.sending !== null || unsaved(draft)) return ["saving", t("desk.saving_2")];
  return draft.text ? ["saved", t("desk.saved")] : ["none", ""];
}

interface ResultSwitchProps {
  draft: Draft;
  open: boolean;
  onTurn(): void;
}

/** Where the page is narrow the results are folded away while the call goes on. */
function ResultSwitch({ draft, open, onTurn }: ResultSwitchProps) {
  const choices = useDesk().state.hello?.dispositions ?? [];
  if (choices.length === 0) return null;
  const label = chosenOf(choices, draft)?.label;
  return (
    <button type="button" class="result-switch" aria-expanded={open} onClick={onTurn}>
      <span class="muted">{t("desk.result_2")}</span> {label ?? t("desk.none_yet")}
    </button>
  );
}

function chosenOf(choices: DispositionChoice[], draft: Draft) {
  return choices.find((each) => each.code === draft.disposition);
}

function Dispositions({ pop, draft }: { pop: Pop; draft: Draft }) {
  const { client, state } = useDesk();
  const choices = state.hello?.dispositions ?? [];
  if (choices.length === 0) return null;
  return (
    <fieldset class="dispositions">
      <legend>{t("desk.result_2")}</legend>
      {choices.map((choice, index) => (
        <button
          type="button"
          key={choice.code}
          aria-pressed={draft.disposition === choice.code}
          data-state={draft.disposition === choice.code ? draft.dispositionState : ""}
          title={index < 9 ? `Alt+${index + 1}` : undefined}
          {...(waitsForNote(draft, choice)
            ? { "aria-description": t("desk.not_saved_yet") }
            : {})}
          {...(index < 9 ? { "aria-keyshortcuts": `Alt+${index + 1}` } : {})}
          onClick={() => client.pressResult(pop.call_id, choice.code)}
        >
          {choice.label}
        </button>
      ))}
    </fieldset>
  );
}

function waitsForNote(draft: Draft, { code }: DispositionChoice): boolean {
  return draft.disposition === code && draft.dispositionState === "waiting";
}

export function noteMissing(draft: Draft, required: boolean): boolean {
  return required && draft.text.trim() === "";
}

function FinishLine({ pop, draft }: { pop: Pop; draft: Draft }) {
  const { client, state } = useDesk();
  const choice = chosenOf(state.hello?.dispositions ?? [], draft);
  const missing = noteMissing(draft, choice?.note_required ?? false);
  const waits = resultWaits(draft, state.link.status === "live");
  return (
    <div class="finish">
      <button
        type="button"
        class="primary"
        title="Ctrl+Enter"
        aria-keyshortcuts="Control+Enter"
        disabled={!pop.wrapUp || missing}
        onClick={() => client.finish(pop.call_id)}
      >
        {t("desk.finish")}
      </button>
      <span class="muted">
        {missing && t("desk.needs_a_note", { value: choice?.label ?? "" })}
        {!missing && waits && t("desk.kept_here_until_connected_2")}
        {!missing &&
          !waits &&
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
