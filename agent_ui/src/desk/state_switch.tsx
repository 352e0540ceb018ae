// Is the agent there for calls?

import { duration } from "../shared/format";
import type { AgentState } from "../state/model";
import { useDesk, useServerNow } from "./context";

const STATES: { state: AgentState; label: string }[] = [
  { state: "available", label: "Available" },
  { state: "break", label: "Break" },
  { state: "wrap_up", label: "Wrap-up" },
];

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
          key={each.state}
          data-state={each.state}
          data-wanted={state.wantedState === each.state}
          aria-pressed={now === each.state}
          onClick={() => client.setAgentState(each.state)}
        >
          <span class="dot" aria-hidden="true" />
          {each.label}
          <span class="since">{now === each.state && <Since />}</span>
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
