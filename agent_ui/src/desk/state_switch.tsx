// Is the agent there for calls?

import { t } from "../i18n/words";
import { duration } from "../shared/format";
import { useDesk, useServerNow } from "./context";
import { stateLabel } from "./words";

const STATES = ["available", "break", "wrap_up"] as const;
const KEYS: Record<(typeof STATES)[number], string> = {
  available: "Alt+Shift+A",
  break: "Alt+Shift+B",
  wrap_up: "Alt+Shift+W",
};

export function StateSwitch() {
  const { client, state } = useDesk();
  if (state.hello && !state.hello.agent) return null;
  const now = state.agent?.state;
  return (
    // Without a connection nobody knows whether the state still holds.
    <fieldset class="switch" data-live={state.link.status === "live"}>
      <legend class="hidden">{t("desk.your_state_2")}</legend>
      {STATES.map((each) => (
        <button
          type="button"
          key={each}
          data-state={each}
          data-wanted={state.wantedState === each}
          aria-pressed={now === each}
          title={KEYS[each]}
          aria-keyshortcuts={KEYS[each]}
          onClick={() => client.pressState(each)}
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
