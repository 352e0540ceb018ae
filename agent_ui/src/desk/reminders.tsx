// What must the agent not overlook: another caller on the line, a press to take back?

import { lowered, t, tNodes } from "../i18n/words";
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
        {tNodes("desk.you_are_talking_to", {
          name: <BarName name={callerTitle(talking)} />,
        })}
        <span class="talking-front">
          {" "}
          {tNodes("desk.this_card_is", {
            name: <BarName name={callerTitle(front)} />,
            phase: lowered(phaseOf(front).word),
          })}
        </span>
      </span>
      <button
        type="button"
        aria-keyshortcuts="Alt+Shift+G"
        onClick={() => client.selectWriting(talking.call_id)}
      >
        {t("desk.go_to_this_call")} <kbd>Alt+Shift+G</kbd>
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
            {t("desk.undo")}
          </button>
        </p>
      )}
    </div>
  );
}

function useUndoWords(): string {
  const { undo, hello } = useDesk().state;
  if (!undo) return "";
  if (undo.of === "choice") return t("find.now_about", { name: undo.who });
  if (undo.of === "state") return t("desk.your_state", { now: stateLabel(undo.now) });
  const chosen = hello?.dispositions.find((each) => each.code === undo.now);
  return chosen ? t("desk.result", { label: chosen.label }) : t("desk.result_cleared");
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
            {t("desk.try_again")}
          </button>
          <button type="button" class="link" onClick={() => client.dropDraft(callId)}>
            {t("desk.discard")}
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
        {t("desk.a_note_could_not_be", { failed: draft.failed })}
        <q dir="auto">{draft.text}</q>
      </span>
    );
  }
  const result = hello?.dispositions.find((each) => each.code === draft.disposition);
  return (
    <span>
      {t("desk.a_result_could_not_be")}
      <q dir="auto">{result?.label ?? t("desk.none")}</q>
    </span>
  );
}
