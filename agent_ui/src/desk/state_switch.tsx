// Is the agent there for calls, and if not, why not?

import { useRef, useState } from "preact/hooks";
import { t } from "../i18n/words";
import { duration } from "../shared/format";
import { useDesk, useServerNow } from "./context";
import { Menu } from "./menu";
import { stateLabel } from "./words";

const STATES = ["available", "break", "wrap_up"] as const;
type Chosen = (typeof STATES)[number];
const KEYS: Record<Chosen, string> = {
  available: "Alt+Shift+A",
  break: "Alt+Shift+B",
  wrap_up: "Alt+Shift+W",
};

/** As if the button of that state was pressed. */
export function pressState(state: Chosen): void {
  document.querySelector<HTMLElement>(`.switch [data-state="${state}"]`)?.click();
}

export function StateSwitch() {
  const { client, state } = useDesk();
  const [asking, setAsking] = useState(false);
  const opener = useRef<HTMLButtonElement>(null);
  const before = useRef<Element | null>(null);
  if (state.hello && !state.hello.agent) return null;
  const { state: now, reason } = state.agent ?? {};
  const reasons = state.hello?.break_reasons ?? [];
  const named = reasons.find((each) => each.name === reason);
  const close = (back: boolean) => {
    setAsking(false);
    if (back) (before.current as HTMLElement | null)?.focus();
  };
  const press = (chosen: Chosen) => {
    if (chosen !== "break" || reasons.length === 0) return client.pressState(chosen);
    if (!asking) before.current = document.activeElement;
    setAsking(!asking);
  };
  return (
    // Without a connection nobody knows whether the state still holds.
    <fieldset class="switch" data-live={state.link.status === "live"}>
      <legend class="hidden">{t("desk.your_state_2")}</legend>
      {STATES.map((each) => (
        <button
          type="button"
          key={each}
          ref={each === "break" ? opener : null}
          data-state={each}
          data-wanted={state.wantedState === each}
          aria-pressed={now === each}
          title={KEYS[each]}
          aria-keyshortcuts={KEYS[each]}
          {...(each === "break" && reasons.length > 0
            ? { "aria-haspopup": "menu" as const, "aria-expanded": asking }
            : {})}
          onClick={() => press(each)}
        >
          <span class="dot" aria-hidden="true" />
          <span>{stateLabel(each)}</span>
          {each === "break" && now === each && named && (
            <bdi class="reason">{named.label}</bdi>
          )}
          <span class="since">{now === each && <Since />}</span>
        </button>
      ))}
      {asking && (
        <Menu label={t("desk.break")} opener={opener} onClose={close}>
          {[{ name: null, label: t("desk.no_reason") }, ...reasons].map((each) => (
            <button
              type="button"
              role="menuitem"
              tabIndex={-1}
              key={each.name}
              // A press must not take the keyboard away before it is a click.
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => {
                close(true);
                client.pressState("break", each.name);
              }}
            >
              <bdi>{each.label}</bdi>
            </button>
          ))}
        </Menu>
      )}
    </fieldset>
  );
}

function Since() {
  const { state } = useDesk();
  const at = Date.parse(state.agent?.since ?? "");
  const now = useServerNow();
  return <>{Number.isFinite(at) && duration((now - at) / 1000)}</>;
}
