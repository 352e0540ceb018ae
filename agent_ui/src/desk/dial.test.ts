import { expect, test } from "vitest";
import { callUrl, dialledOf, isNumber, telOf } from "./dial";

test.each([
  ["020 7946 0958", "tel:02079460958"],
  ["+44 (0)20 7946 0958", "tel:+442079460958"],
  ["+44 20 7946 0958 ext. 12", "tel:+442079460958;ext=12"],
  ["020 7946 0958 (ext 12)", "tel:02079460958;ext=12"],
  ["tel:+442079460958;ext=7", "tel:+442079460958;ext=7"],
  ["101", "tel:101"],
])("%s is dialled as %s", (text, tel) => {
  expect(telOf(text)).toBe(tel);
});

test.each(["", "020 7946 0958; 07400 123456 and more", "after six", "1+1", "12"])(
  "no one number is guessed from %j",
  (text) => {
    expect(dialledOf(text)).toBeNull();
    expect(callUrl(text, "https://pbx.example/{number}", "1001")).toBeNull();
  },
);

test("the URL of the line is filled with encoded values", () => {
  const url = "https://pbx.example/{digits}?to={number}&by={agent}";
  expect(callUrl("+44 20 7946 0958", url, "a&b")).toBe(
    "https://pbx.example/442079460958?to=%2B442079460958&by=a%26b",
  );
  expect(callUrl("101", undefined, null)).toBe("tel:101");
});

test("an attribute is a number by its name or by its international form", () => {
  expect(isNumber("callback", "020 7946 0958")).toBe(true);
  expect(isNumber("diverted_from", "+442079460958")).toBe(true);
  expect(isNumber("account", "4711")).toBe(false);
  expect(isNumber("hotel", "4711")).toBe(false);
});
