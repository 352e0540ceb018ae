// What must the agent not overlook: another caller on the line, a press to take back?

import { stranded } from "../state/drafts";
import { callerTitle, type Draft } from "../state/model";
import { talkingElsewhere } from "../state/pops";
import { useDesk } from "./context";
import { phaseOf } from "./hero";
import { stateLabel } from "./words";

/** The card in front is not the one of the call on which the agent talks. */
export function TalkingBar() {
  const { client, state } = useDesk();
  const talking = talkingElsewhere(state);
  const front = state.selected ? state.pops[state.selected] : undefined;
  if (!talking || !front) return null;
  return (
    <p class="talking-bar" role="status">
      <span class="talking-words">
        {"You are talking to "}
        <BarName name={callerTitle(talking)} />
        <span class="talking-front">
          {". This card is "}
          <BarName name={callerTitle(front)} />
          {` (${phaseOf(front).word.toLowerCase()}).`}
        </span>
      </span>
      <button
        type="button"
        aria-keyshortcuts="Alt+Shift+G"
        onClick={() => client.selectWriting(talking.call_id)}
      >
        Go to this call <kbd>Alt+Shift+G</kbd>
      </button>
    </p>
  );
}

/** Cut where it is long: the bar takes room from the card, the tab has it as well. */
function BarName({ name }: { name: string }) {
  return (
    <b class="bar-name" title={name}>
      <bdi>{name}</bdi>
    </b>
  );
}

/** For a few seconds after a state or a result was chosen. */
export function UndoOffer() {
  const { client, state } = useDesk();
  const words = useUndoWords();
  return (
    <div class="undo" role="status">
      {state.undo && (
        <p>
          <span>{words}</span>
          <button
            type="button"
            aria-keyshortcuts="Alt+Shift+Z"
            title="Alt+Shift+Z"
            onClick={() => client.undo()}
          >
            Undo
          </button>
        </p>
      )}
    </div>
  );
}

function useUndoWords(): string {
  const { undo, hello } = useDesk().state;
  if (!undo) return "";
  if (undo.of === "state") return `Your state: ${stateLabel(undo.now)}`;
  const chosen = hello?.dispositions.find((each) => each.code === undo.now);
  return chosen ? `Result: ${chosen.label}` : "Result cleared";
}

/** What the service refused after the card had left: it stays here. */
export function Stranded() {
  const { client, state } = useDesk();
  return (
    <>
      {stranded(state).map(({ callId, draft }) => (
        <div class="trouble" role="status" key={callId}>
          <StrandedWords draft={draft} />
          <button type="button" class="link" onClick={() => client.tryAgain(callId)}>
            Try again
          </button>
          <button type="button" class="link" onClick={() => client.dropDraft(callId)}>
            Discard
          </button>
        </div>
      ))}
    </>
  );
}

function StrandedWords({ draft }: { draft: Draft }) {
  const { hello } = useDesk().state;
  if (draft.failed !== null) {
    return (
      <span>
        {`A note could not be saved: ${draft.failed} It is kept here: `}
        <q dir="auto">{draft.text}</q>
      </span>
    );
  }
  const result = hello?.dispositions.find((each) => each.code === draft.disposition);
  return (
    <span>
      {"A result could not be saved: "}
      <q dir="auto">{result?.label ?? "none"}</q>
    </span>
  );
}
