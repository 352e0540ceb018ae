// Is the agent there for calls?

import { duration } from "../shared/format";
import type { AgentState } from "../state/model";
import { useDesk, useServerNow } from "./context";
import { stateLabel } from "./words";

const STATES: AgentState[] = ["available", "break", "wrap_up"];

export function StateSwitch() {
  const { client, state } = useDesk();
  if (state.hello && !state.hello.agent) return null;
  const now = state.agent?.state;
  return (
    <fieldset class="switch">
      <legend class="hidden">Your state</legend>
      {STATES.map((each) => (
        <button
          type="button"
          key={each}
          data-state={each}
          data-wanted={state.wantedState === each}
          aria-pressed={now === each}
          onClick={() => client.setAgentState(each)}
        >
          <span class="dot" aria-hidden="true" />
          {stateLabel(each)}
          <span class="since">{now === each && <Since />}</span>
        </button>
      ))}
    </fieldset>
  );
}

function Since() {
  const { state } = useDesk();
  const at = Date.parse(state.agent?.since ?? "");
  const now = useServerNow();
  return <>{Number.isFinite(at) && duration((now - at) / 1000)}</>;
}
