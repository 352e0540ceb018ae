// What must the agent not overlook: another caller on the line, a press to take back?

import { strandedNotes } from "../state/drafts";
import { callerTitle } from "../state/model";
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
      <span>
        {"You are talking to "}
        <b>
          <bdi>{callerTitle(talking)}</bdi>
        </b>
        {". This card is "}
        <b>
          <bdi>{callerTitle(front)}</bdi>
        </b>
        {` (${phaseOf(front).word.toLowerCase()}).`}
      </span>
      <button
        type="button"
        aria-keyshortcuts="Alt+Shift+G"
        onClick={() => client.selectWriting(talking.call_id)}
      >
        Go to <bdi>{callerTitle(talking)}</bdi> <kbd>Alt+Shift+G</kbd>
      </button>
    </p>
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

/** Notes that the service refused after their card had left: the text stays here. */
export function StrandedNotes() {
  const { client, state } = useDesk();
  return (
    <>
      {strandedNotes(state).map(({ callId, draft }) => (
        <div class="trouble" role="status" key={callId}>
          <span>
            {`A note could not be saved: ${draft.failed} It is kept here: `}
            <q dir="auto">{draft.text}</q>
          </span>
          <button type="button" class="link" onClick={() => client.saveNote(callId)}>
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
