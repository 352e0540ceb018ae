import { expect, test, vi } from "vitest";
import { type Actions, press } from "./shortcuts";

function actions() {
  const names = [
    "digit",
    "result",
    "note",
    "finish",
    "turn",
    "change",
    "sources",
    "agentState",
    "escape",
    "help",
  ] as const;
  return Object.fromEntries(names.map((name) => [name, vi.fn()])) as unknown as Actions;
}

function key(init: KeyboardEventInit, where: HTMLElement = document.body) {
  const event = new KeyboardEvent("keydown", { ...init, bubbles: true });
  document.body.append(where === document.body ? document.createElement("i") : where);
  where.dispatchEvent(event);
  return event;
}

test("a digit chooses, unless the agent is typing", () => {
  const does = actions();
  expect(press(key({ key: "2", code: "Digit2" }), does, true)).toBe(true);
  expect(does.digit).toHaveBeenCalledWith(2);
  const note = document.createElement("textarea");
  expect(press(key({ key: "2", code: "Digit2" }, note), does, true)).toBe(false);
  expect(does.digit).toHaveBeenCalledTimes(1);
});

test("Alt with a digit and Ctrl with Enter also work while typing", () => {
  const does = actions();
  const note = document.createElement("textarea");
  press(key({ key: "¡", code: "Digit1", altKey: true }, note), does, true);
  press(key({ key: "Enter", ctrlKey: true }, note), does, true);
  expect(does.result).toHaveBeenCalledWith(1);
  expect(does.finish).toHaveBeenCalledOnce();
});

test("single keys can be turned off", () => {
  const does = actions();
  expect(press(key({ key: "A" }), does, false)).toBe(false);
  expect(does.agentState).not.toHaveBeenCalled();
  expect(press(key({ key: "A" }), does, true)).toBe(true);
});

test("keys of the browser stay the browser's", () => {
  expect(press(key({ key: "n", ctrlKey: true }), actions(), true)).toBe(false);
});
