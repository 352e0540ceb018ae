// What does the agent write, and is it safe?

import type { Ref } from "preact";
import { duration } from "../shared/format";
import { draftOf } from "../state/drafts";
import { type Draft, type Pop, unsaved } from "../state/model";
import { useDesk, useServerNow } from "./context";

interface WritingProps {
  pop: Pop;
  field: Ref<HTMLTextAreaElement>;
}

export function Writing({ pop, field }: WritingProps) {
  const { client, state } = useDesk();
  const draft = draftOf(state, pop.call_id);
  const max = state.hello?.note_chars_max ?? 4000;
  return (
    <section class="writing" aria-labelledby="writing-title">
      <header>
        <h3 id="writing-title">
          <label for="note">Note</label>
        </h3>
        <SaveState draft={draft} live={state.link.status === "live"} />
      </header>
      <textarea
        id="note"
        ref={field}
        dir="auto"
        rows={4}
        maxLength={max}
        placeholder="Saved as you type"
        value={draft.text}
        onInput={(event) => client.type(pop.call_id, event.currentTarget.value)}
        onBlur={() => client.saveNote(pop.call_id)}
      />
      {draft.text.length > max * 0.9 && (
        <p class="muted hint">{`${max - draft.text.length} characters left`}</p>
      )}
      <Dispositions pop={pop} draft={draft} />
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
  if (draft.failed) return ["failed", `Not saved: ${draft.failed}`];
  if (!live && unsaved(draft)) return ["waiting", "Kept here until connected"];
  if (draft.sending || unsaved(draft)) return ["saving", "Saving…"];
  return draft.text ? ["saved", "Saved"] : ["none", ""];
}

function Dispositions({ pop, draft }: { pop: Pop; draft: Draft }) {
  const { client, state } = useDesk();
  const choices = state.hello?.dispositions ?? [];
  if (choices.length === 0) return null;
  return (
    <fieldset class="dispositions">
      <legend>Result</legend>
      {choices.map((choice, index) => (
        <button
          type="button"
          key={choice.code}
          aria-pressed={draft.disposition === choice.code}
          data-state={draft.disposition === choice.code ? draft.dispositionState : ""}
          title={index < 9 ? `Alt+${index + 1}` : undefined}
          onClick={() => client.dispose(pop.call_id, choice.code)}
        >
          {choice.label}
        </button>
      ))}
    </fieldset>
  );
}

export function noteMissing(draft: Draft, required: boolean): boolean {
  return required && draft.text.trim() === "";
}

function FinishLine({ pop, draft }: { pop: Pop; draft: Draft }) {
  const { client, state } = useDesk();
  const choice = state.hello?.dispositions.find(
    (each) => each.code === draft.disposition,
  );
  const missing = noteMissing(draft, choice?.note_required ?? false);
  return (
    <div class="finish">
      <button
        type="button"
        class="primary"
        disabled={!pop.wrapUp || missing}
        onClick={() => client.finish(pop.call_id)}
      >
        Finish
      </button>
      <span class="muted">
        {missing && `“${choice?.label}” needs a note.`}
        {!missing && (pop.wrapUp ? <Countdown pop={pop} /> : "after the call")}
      </span>
    </div>
  );
}

function Countdown({ pop }: { pop: Pop }) {
  const { state } = useDesk();
  const now = useServerNow();
  const ended = pop.ended_at ? Date.parse(pop.ended_at) : now;
  const left = (state.hello?.wrap_up_s ?? 0) - (now - ended) / 1000;
  if (left > 0) return <>{`wrap-up ${duration(left)} left · Ctrl+Enter`}</>;
  return <span class="warn">{`wrap-up over by ${duration(-left)}`}</span>;
}
