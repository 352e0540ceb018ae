import { expect, test, vi } from "vitest";
import { type Actions, press, SHORTCUTS } from "./shortcuts";

const NAMES = [
  "result",
  "note",
  "write",
  "finish",
  "turn",
  "change",
  "timeline",
  "sources",
  "talking",
  "agentState",
  "undo",
  "escape",
  "help",
] as const;
/** What changes a state, a result, a customer or the page. */
const COMMANDS = NAMES.filter((name) => name !== "write");

function actions(choosing = false) {
  const made = Object.fromEntries(NAMES.map((name) => [name, vi.fn()]));
  return { ...made, candidate: vi.fn(() => choosing) } as unknown as Actions;
}

function key(init: KeyboardEventInit, where: HTMLElement = document.body) {
  const event = new KeyboardEvent("keydown", { ...init, bubbles: true });
  // happy-dom takes Alt for AltGr.
  const graph = init.modifierAltGraph ?? false;
  Object.assign(event, {
    getModifierState: (name: string) => name === "AltGraph" && graph,
  });
  document.body.append(where === document.body ? document.createElement("i") : where);
  where.dispatchEvent(event);
  return event;
}

function typing(text: string, does: Actions): boolean[] {
  return [...text].map((letter) => {
    const digit = /\d/.test(letter) ? { code: `Digit${letter}` } : {};
    const shiftKey = letter !== letter.toLowerCase();
    return press(key({ key: letter, shiftKey, ...digit }), does, true);
  });
}

test.each(["Bike 3 is broken", "A Bad Wheel", "customer said no", "ÆØ ñ 日本 😀"])(
  "%j typed without the focus in the note is text, never a command",
  (text) => {
    const does = actions();
    expect(typing(text, does)).not.toContain(true);
    for (const name of COMMANDS) expect(does[name], name).not.toHaveBeenCalled();
    const letters = [...text].filter((letter) => letter !== " ").length;
    expect(does.write).toHaveBeenCalledTimes(letters);
  },
);

test.each(["Dead", "Process"])(
  "%s begins a character, which belongs to the note",
  (k) => {
    const does = actions();
    expect(press(key({ key: k }), does, true)).toBe(false);
    expect(does.write).toHaveBeenCalledOnce();
  },
);

test.each(["Tab", "ArrowDown", " ", "F5", "Shift", "Backspace"])(
  "%j types nothing and moves no caret",
  (name) => {
    const does = actions();
    expect(press(key({ key: name }), does, true)).toBe(false);
    expect(does.write).not.toHaveBeenCalled();
  },
);

test("a digit chooses a customer only while customers are offered", () => {
  const choosing = actions(true);
  expect(press(key({ key: "2", code: "Digit2" }), choosing, true)).toBe(true);
  expect(choosing.candidate).toHaveBeenCalledWith(2);
  const does = actions();
  expect(press(key({ key: "2", code: "Digit2" }), does, true)).toBe(false);
  expect(does.result).not.toHaveBeenCalled();
  expect(does.write).toHaveBeenCalledOnce();
  const note = document.createElement("textarea");
  press(key({ key: "2", code: "Digit2" }, note), choosing, true);
  expect(choosing.candidate).toHaveBeenCalledTimes(1);
});

test("Alt with a digit and Ctrl with Enter also work while typing", () => {
  const does = actions();
  const note = document.createElement("textarea");
  press(key({ key: "¡", code: "Digit1", altKey: true }, note), does, true);
  press(key({ key: "Enter", ctrlKey: true }, note), does, true);
  expect(does.result).toHaveBeenCalledWith(1);
  expect(does.finish).toHaveBeenCalledOnce();
});

test("characters that Alt types are characters", () => {
  const does = actions();
  const note = document.createElement("textarea");
  // Alt+0233 on the number pad of Windows is é; Alt+5 on a German Mac is [.
  expect(
    press(key({ key: "2", code: "Numpad2", altKey: true }, note), does, true),
  ).toBe(false);
  expect(press(key({ key: "[", code: "Digit5", altKey: true }, note), does, true)).toBe(
    false,
  );
  // AltGr of Windows: Ctrl with Alt.
  const euro = { key: "€", code: "KeyE", ctrlKey: true, altKey: true };
  expect(press(key(euro), does, true)).toBe(false);
  const at = { key: "@", code: "KeyQ", altKey: true, modifierAltGraph: true };
  expect(press(key(at), does, true)).toBe(false);
  expect(does.write).toHaveBeenCalledTimes(2);
  for (const name of COMMANDS) expect(does[name], name).not.toHaveBeenCalled();
});

test.each([
  ["a", "A"],
  ["KeyA", "Å"],
])("a state needs Alt and Shift (%s, %s)", (code, letter) => {
  const does = actions();
  const alt = { key: letter, code, altKey: true, shiftKey: true };
  expect(press(key(alt), does, true)).toBe(true);
  expect(does.agentState).toHaveBeenCalledWith("available");
  const note = document.createElement("textarea");
  expect(press(key(alt, note), does, true)).toBe(true);
  expect(does.agentState).toHaveBeenCalledTimes(2);
  expect(press(key({ key: "A", code: "KeyA", shiftKey: true }), does, true)).toBe(
    false,
  );
  expect(press(key({ key: "å", code: "KeyA", altKey: true }), does, true)).toBe(false);
  expect(does.agentState).toHaveBeenCalledTimes(2);
});

test("single keys can be turned off; what needs Alt stays", () => {
  const does = actions();
  expect(press(key({ key: "?" }), does, false)).toBe(false);
  expect(press(key({ key: "x" }), does, false)).toBe(false);
  expect(does.help).not.toHaveBeenCalled();
  expect(does.write).not.toHaveBeenCalled();
  expect(press(key({ key: "?" }), does, true)).toBe(true);
  press(key({ key: "2", code: "Digit2", altKey: true }), does, false);
  expect(does.result).toHaveBeenCalledWith(2);
});

test("keys of the browser stay the browser's", () => {
  const does = actions();
  expect(press(key({ key: "n", ctrlKey: true }), does, true)).toBe(false);
  expect(press(key({ key: "d", code: "KeyD", altKey: true }), does, true)).toBe(false);
  expect(does.write).not.toHaveBeenCalled();
});

test("no single letter or digit is a command in the help", () => {
  const singles = SHORTCUTS.filter((each) => /^[a-z0-9]$/i.test(each.keys));
  expect(singles).toEqual([]);
});

test("what is switched off stays with the browser, the rest works", () => {
  const does = actions();
  const undo = key({ key: "Z", altKey: true, shiftKey: true });
  expect(press(undo, does, true, ["undo", "turn", "write"])).toBe(false);
  expect(press(key({ key: "]" }), does, true, ["turn", "write"])).toBe(false);
  expect(press(key({ key: "?" }), does, true, ["turn", "write"])).toBe(true);
  for (const name of ["undo", "turn", "write"] as const)
    expect(does[name]).not.toHaveBeenCalled();
  expect(press(undo, does, true, [])).toBe(true);
});

test("each switch of the settings stands for an action of the keys", () => {
  const names = SHORTCUTS.map((each) => each.name).sort();
  expect(names).toEqual([...NAMES, "candidate", "find", "offer"].sort());
});
