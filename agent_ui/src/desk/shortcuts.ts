// Which key does what on the desk?

export interface Shortcut {
  keys: string;
  does: string;
}

export const SHORTCUTS: Shortcut[] = [
  { keys: "1 … 9", does: "choose a customer; else a result" },
  { keys: "Alt+1 … 9", does: "choose a result, also while typing" },
  { keys: "n", does: "write the note" },
  { keys: "Ctrl+Enter", does: "finish the call (after it has ended)" },
  { keys: "[ and ]", does: "previous and next call" },
  { keys: "c", does: "change who is calling" },
  { keys: "s", does: "show source and age of each value" },
  { keys: "Shift+A, B, W", does: "available, break, wrap-up" },
  { keys: "Esc", does: "leave the note, close what is open" },
  { keys: "?", does: "this help" },
];

export interface Actions {
  digit(n: number): void;
  result(n: number): void;
  note(): void;
  finish(): void;
  turn(step: 1 | -1): void;
  change(): void;
  sources(): void;
  agentState(state: "available" | "break" | "wrap_up"): void;
  escape(): void;
  help(): void;
}

/** Runs what a key stands for; true when it stood for something. */
export function press(
  event: KeyboardEvent,
  actions: Actions,
  singles: boolean,
): boolean {
  if (event.isComposing) return false;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey))
    return did(actions.finish());
  if (event.ctrlKey || event.metaKey) return false;
  const digit = digitOf(event);
  if (event.altKey) return digit ? did(actions.result(digit)) : false;
  if (event.key === "Escape") return did(actions.escape());
  if (!singles || isTextField(event.target)) return false;
  if (digit) return did(actions.digit(digit));
  return pressLetter(event.key, actions);
}

function pressLetter(key: string, actions: Actions): boolean {
  const letters: Record<string, () => void> = {
    n: actions.note,
    c: actions.change,
    s: actions.sources,
    "?": actions.help,
    "[": () => actions.turn(-1),
    "]": () => actions.turn(1),
    A: () => actions.agentState("available"),
    B: () => actions.agentState("break"),
    W: () => actions.agentState("wrap_up"),
  };
  const action = letters[key];
  return action ? did(action()) : false;
}

/** By the key's place, since Alt with a digit types other characters on a Mac. */
function digitOf(event: KeyboardEvent): number {
  const place = /^(?:Digit|Numpad)([1-9])$/.exec(event.code);
  return place && !event.shiftKey ? Number(place[1]) : 0;
}

function isTextField(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches("input, textarea, select");
}

function did(_done: unknown): true {
  return true;
}
