// Which key does what on the desk?

import { t } from "../i18n/words";

export interface Shortcut {
  /** What it stands for in `Actions`. */
  name: keyof Actions;
  /** As they stand on the keyboard; "": any letter. */
  keys: string;
  does(): string;
}

export const SHORTCUTS: Shortcut[] = [
  { name: "write", keys: "", does: () => t("desk.write_the_note_of_the") },
  { name: "result", keys: "Alt+1 … 9", does: () => t("desk.choose_a_result_the_same") },
  {
    name: "offer",
    keys: "Alt+Shift+1 … 9",
    does: () => t("desk.say_what_became_of_an"),
  },
  {
    name: "agentState",
    keys: "Alt+Shift+A, B, W",
    does: () => t("desk.available_break_wrap_up"),
  },
  { name: "undo", keys: "Alt+Shift+Z", does: () => t("desk.undo_a_state_or_result") },
  {
    name: "finish",
    keys: "Ctrl+Enter",
    does: () => t("desk.finish_the_call_after_it"),
  },
  {
    name: "candidate",
    keys: "1 … 9",
    does: () => t("desk.choose_a_customer_while_several"),
  },
  { name: "turn", keys: "[ ]", does: () => t("desk.previous_and_next_call") },
  { name: "talking", keys: "Alt+Shift+G", does: () => t("desk.go_to_the_call_on") },
  { name: "note", keys: "Alt+Shift+N", does: () => t("desk.go_to_the_note") },
  { name: "find", keys: "Alt+Shift+F", does: () => t("find.shortcut") },
  { name: "change", keys: "Alt+Shift+C", does: () => t("desk.change_who_is_calling") },
  { name: "timeline", keys: "Alt+Shift+H", does: () => t("timeline.shortcut") },
  {
    name: "sources",
    keys: "Alt+Shift+S",
    does: () => t("desk.show_source_and_age_of_2"),
  },
  { name: "escape", keys: "Esc", does: () => t("desk.leave_the_note_close_what") },
  { name: "help", keys: "?", does: () => t("desk.this_help") },
];

export interface Actions {
  /** Choose that customer; false when no customer is to be chosen. */
  candidate(n: number): boolean;
  result(n: number): void;
  /** What became of the offer with that number on the card. */
  offer(n: number): void;
  note(): void;
  /** The key is text: bring the caret into the note before it is typed. */
  write(): void;
  finish(): void;
  turn(step: 1 | -1): void;
  change(): void;
  find(): void;
  timeline(): void;
  sources(): void;
  talking(): void;
  agentState(state: "available" | "break" | "wrap_up"): void;
  undo(): void;
  escape(): void;
  help(): void;
}

/**
 * Runs what a key stands for; true when it stood for something.
 *
 * What an agent types without looking must never be a command: everything that
 * changes a state or a result needs Alt. Any other character goes into the note.
 */
export function press(
  event: KeyboardEvent,
  all: Actions,
  singles: boolean,
  off: readonly string[] = [],
): boolean {
  if (event.isComposing) return false;
  const actions = without(all, off);
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey))
    return did(actions.finish);
  if (event.ctrlKey || event.metaKey || typesSigns(event)) {
    return typed(event, actions, singles);
  }
  if (event.altKey) return pressWithAlt(event, actions, singles);
  if (event.key === "Escape") return did(actions.escape);
  if (!singles || isTextField(event.target)) return false;
  const digit = digitOf(event);
  if (digit && actions.candidate?.(digit)) return true;
  return pressSign(event.key, actions) || typed(event, actions, singles);
}

/** The keys of what is switched off stay the browser's. */
type Does = Partial<Actions>;

function without(all: Actions, off: readonly string[]): Does {
  if (off.length === 0) return all;
  const on = Object.entries(all).filter(([name]) => !off.includes(name));
  return Object.fromEntries(on) as Does;
}

function pressWithAlt(event: KeyboardEvent, actions: Does, singles: boolean) {
  if (event.shiftKey) {
    const [, offer] = /^Digit([1-9])$/.exec(event.code) ?? [];
    return offer
      ? did(actions.offer, Number(offer))
      : pressLetter(letterOf(event), actions);
  }
  const digit = digitOf(event);
  // On a Mac the Alt key types signs: those that people need in a text stay text.
  if (digit && !SIGNS_OF_ALT.has(event.key)) return did(actions.result, digit);
  return digit ? typed(event, actions, singles) : false;
}

const SIGNS_OF_ALT = new Set("[]{}|\\@#~€");

function pressLetter(letter: string, actions: Does): boolean {
  const states = { a: "available", b: "break", w: "wrap_up" } as const;
  const state = states[letter as keyof typeof states];
  if (state) return did(actions.agentState, state);
  const letters: Record<string, (() => void) | undefined> = {
    z: actions.undo,
    g: actions.talking,
    n: actions.note,
    c: actions.change,
    f: actions.find,
    h: actions.timeline,
    s: actions.sources,
  };
  return did(letters[letter]);
}

/** Signs with which no word begins. */
function pressSign(key: string, actions: Does): boolean {
  if (key === "?") return did(actions.help);
  const step = ({ "[": -1, "]": 1 } as const)[key];
  return step ? did(actions.turn, step) : false;
}

/**
 * A character outside of a text field belongs to the note. The caret moves there
 * before the browser types, so that the character, a dead key or the first key of
 * an input method arrives in the note. Never "did": the browser has to type it.
 */
function typed(event: KeyboardEvent, actions: Does, singles: boolean): false {
  const shortcut = (event.ctrlKey || event.metaKey) && !(event.ctrlKey && event.altKey);
  const composes = event.key === "Dead" || event.key === "Process";
  const text = composes || (isCharacter(event.key) && event.key !== " ");
  if (singles && text && !shortcut && !isTextField(event.target)) actions.write?.();
  return false;
}

/** One character, also one that needs two code units. */
function isCharacter(key: string): boolean {
  return [...key].length === 1;
}

/** AltGr (on Windows seen as Ctrl with Alt) types signs; it is not a command. */
function typesSigns(event: KeyboardEvent): boolean {
  return event.getModifierState("AltGraph");
}

/** By its letter; where Alt types another sign (on a Mac), by the key's place. */
function letterOf(event: KeyboardEvent): string {
  const letter = event.key.toLowerCase();
  if (/^[a-z]$/.test(letter)) return letter;
  return /^Key([A-Z])$/.exec(event.code)?.[1]?.toLowerCase() ?? "";
}

/** By the key's place. The number pad types characters with Alt, and moves without
 * NumLock: only its plain digits count. */
function digitOf(event: KeyboardEvent): number {
  const [, block, digit] = /^(Digit|Numpad)([1-9])$/.exec(event.code) ?? [];
  if (!digit || event.shiftKey) return 0;
  const plain = block === "Digit" || (event.key === digit && !event.altKey);
  return plain ? Number(digit) : 0;
}

export const TEXT_FIELDS =
  "textarea, select, input:not([type=checkbox], [type=radio], [type=button])";

function isTextField(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches(TEXT_FIELDS);
}

/** False where there is nothing to do: the key stays the browser's. */
function did<G extends unknown[]>(
  action: ((...given: G) => unknown) | undefined,
  ...given: G
): boolean {
  action?.(...given);
  return action !== undefined;
}
