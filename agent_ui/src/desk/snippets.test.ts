import { describe, expect, test } from "vitest";
import { story, told } from "../state/golden";
import type { Pop } from "../state/model";
import type { Snippet } from "../wire/frames";
import { filled, insert, snippetsOf, typedSnippet } from "./snippets";

const pop = told(story("fills_in_and_is_answered")).pops["c-1"] as Pop;
const spoken = { agent: "1001", agentName: "Ana", note: "" };
const snippet = (text: string, more: Partial<Snippet> = {}): Snippet => ({
  name: "late",
  text,
  label: "Late",
  queues: [],
  labels: {},
  ...more,
});

test("values are filled in, and what is not known leaves nothing", () => {
  const text = "{call.number} for {agent.name}{balance.nothing}{attributes.none}.";
  expect(filled(snippet(text), pop, spoken)).toEqual({
    text: `${pop.caller.display} for Ana.`,
    caret: `${pop.caller.display} for Ana.`.length,
  });
  expect(
    filled(
      snippet("{customer.name}: {caret}, {agent}"),
      { ...pop, chosen: null },
      spoken,
    ),
  ).toEqual({ text: ": , 1001", caret: 2 });
});

test("a value with braces or a caret in it stays text", () => {
  const attributes = { menu: "{caret} {agent.name}" };
  const made = filled(snippet("{attributes.menu}!"), { ...pop, attributes }, spoken);
  expect(made).toEqual({ text: "{caret} {agent.name}!", caret: 21 });
});

test("a queue has its own snippets", () => {
  const all = [snippet("a"), snippet("b", { queues: ["sales"] })];
  expect(snippetsOf(all, { ...pop, queue: "sales" })).toHaveLength(2);
  expect(snippetsOf(all, { ...pop, queue: null })).toHaveLength(1);
});

describe("a name that is typed", () => {
  const all = [snippet("x"), snippet("y", { name: "Größe-2" })];
  const found = (note: string, caret = note.length, how = "insertText") =>
    typedSnippet(all, note, caret, how);

  test("is found at the caret, in upper and lower case", () => {
    expect(found("/late ")).toMatchObject({ from: 0, to: 6 });
    expect(found("so /LATE ")).toMatchObject({ from: 3, to: 9 });
    expect(found("\n/größe-2 ")?.snippet.text).toBe("y");
    expect(found("a /late  b", 8)).toMatchObject({ from: 2, to: 8 });
  });

  test.each(["/late", "and/late ", "//late ", "/later ", "1/2 ", "late "])(
    "is not %j",
    (note) => expect(found(note)).toBeNull(),
  );

  test("is not a paste, a deletion or an undo", () => {
    for (const how of ["insertFromPaste", "deleteContentBackward", "historyUndo", ""]) {
      expect(found("/late ", 6, how)).toBeNull();
    }
  });
});

test("a text that does not fit changes nothing", () => {
  const field = document.createElement("textarea");
  document.body.append(field);
  field.maxLength = 12;
  field.value = "so /late ";
  const made = { from: 3, to: 9, text: "ten signs!", caret: 3 };
  expect(insert(field, made)).toBe(false);
  expect(field.value).toBe("so /late ");
  field.maxLength = 13;
  expect(insert(field, made)).toBe(true);
  expect([field.value, field.selectionStart]).toEqual(["so ten signs!", 6]);
});
