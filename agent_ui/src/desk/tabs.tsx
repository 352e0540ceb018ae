// Which calls are on the desk, and which one is in front?

import { useEffect, useRef } from "preact/hooks";
import { t } from "../i18n/words";
import { duration } from "../shared/format";
import { emOf } from "../shared/width";
import { callerTitle, numberTitle, type Pop } from "../state/model";
import { isRinging } from "../state/pops";
import { useCallNow, useDesk } from "./context";
import { phaseOf } from "./hero";

export function Tabs() {
  const { client, state } = useDesk();
  const pops = state.order.flatMap((id) => state.pops[id] ?? []);
  const strip = useRef<HTMLDivElement>(null);
  const ringing = pops.filter(isRinging).at(-1)?.call_id;
  useEffect(() => reveal(strip.current, "[data-state=alerting]"), [ringing]);
  useEffect(() => reveal(strip.current, "[aria-selected=true]"), [state.selected]);
  const move = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const at = pops.findIndex((pop) => pop.call_id === state.selected);
    const next = pops[(at + step + pops.length) % pops.length];
    if (next) client.select(next.call_id);
    const list = event.currentTarget as HTMLElement;
    queueMicrotask(() =>
      list.querySelector<HTMLElement>("[aria-selected=true]")?.focus(),
    );
  };
  return (
    <div
      class="tabs"
      role="tablist"
      aria-label={t("desk.calls")}
      tabIndex={-1}
      ref={strip}
      onKeyDown={move}
    >
      {pops.map((pop) => (
        <Tab key={pop.call_id} pop={pop} front={pop.call_id === state.selected} />
      ))}
    </div>
  );
}

/** Scrolls the strip, and nothing but the strip, until the last such tab is in it. */
function reveal(strip: HTMLElement | null, selector: string): void {
  const tab = [...(strip?.querySelectorAll(selector) ?? [])].at(-1);
  if (!strip || !tab) return;
  const [room, box] = [strip.getBoundingClientRect(), tab.getBoundingClientRect()];
  if (box.left < room.left) strip.scrollLeft += box.left - room.left;
  else if (box.right > room.right) strip.scrollLeft += box.right - room.right;
  if (box.top < room.top) strip.scrollTop += box.top - room.top;
  else if (box.bottom > room.bottom) strip.scrollTop += box.bottom - room.bottom;
}

/** A name that needs more takes two lines in small type, and a wider tab. */
const ONE_LINE_EM = 12;
const ONE_LINE_OF_MANY_EM = 8;
const MANY = 5;

function Tab({ pop, front }: { pop: Pop; front: boolean }) {
  const { client, state } = useDesk();
  const [title, number] = [callerTitle(pop), numberTitle(pop)];
  const one = state.order.length < MANY ? ONE_LINE_EM : ONE_LINE_OF_MANY_EM;
  return (
    <button
      type="button"
      role="tab"
      class="tab"
      data-state={pop.state}
      aria-selected={front}
      tabIndex={front ? 0 : -1}
      {...(front ? { "aria-controls": `call-${pop.call_id}` } : {})}
      style={{
        "--em": String(emOf(title)),
        "--more-em": String(emOf(`${phaseOf(pop).word} 00:00`)),
      }}
      data-long={emOf(title) > one}
      onClick={() => client.select(pop.call_id)}
    >
      <span class="dot" aria-hidden="true" />
      <span class="tab-words">
        <span class="tab-name" dir="auto" title={title}>
          {title}
        </span>
        <span class="tab-more">
          <TabTimer pop={pop} />
          {number !== title && (
            <span class="tab-number" dir="ltr">
              {number}
            </span>
          )}
        </span>
      </span>
    </button>
  );
}

function TabTimer({ pop }: { pop: Pop }) {
  const now = useCallNow();
  const { word, since } = phaseOf(pop);
  const seconds = since ? (now - Date.parse(since)) / 1000 : 0;
  return (
    <span>
      <span class="tab-word">{`${word} `}</span>
      <span class="timer">{duration(seconds)}</span>
    </span>
  );
}
