// What does the agent write, and is it safe?

import type { Ref } from "preact";
import { useState } from "preact/hooks";
import { t } from "../i18n/words";
import { draftOf } from "../state/drafts";
import { type Draft, type Pop, unsaved } from "../state/model";
import type { DispositionChoice } from "../wire/frames";
import { CallBackAt, mayPromise } from "./call_back";
import { useDesk } from "./context";
import { FinishLine, MissingLine } from "./finish";
import { ForNext, mayHandOver } from "./for_next";
import { missingOf, resultRequired } from "./missing";
import { SnippetMenu, useSnippets } from "./snippet_menu";

interface WritingProps {
  pop: Pop;
  field: Ref<HTMLTextAreaElement>;
}

export function Writing({ pop, field }: WritingProps) {
  const { client, state } = useDesk();
  const draft = draftOf(state, pop.call_id);
  const max = state.hello?.note_chars_max ?? 4000;
  const [results, showResults] = useState(false);
  const snippets = useSnippets(pop);
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
        <SnippetMenu {...snippets} />
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
        onInput={(event) => {
          client.type(pop.call_id, event.currentTarget.value);
          snippets.onTyped(event.currentTarget, event);
        }}
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
        <MissingLine pop={pop} />
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
    <fieldset
      class="dispositions"
      data-missing={draft.finishRefused && missingOf(state, pop) === "result"}
    >
      <legend>
        {resultRequired(state, pop) ? t("finish.required") : t("desk.result_2")}
      </legend>
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
