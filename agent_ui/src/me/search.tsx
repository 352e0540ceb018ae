// By what are one's own calls searched?

import { useEffect, useState } from "preact/hooks";
import { t, textsOf } from "../i18n/words";
import type { Me } from "./answers";
import { type Choice, cleared, isSearch, type Name, PARTS } from "./choice";

const TYPED_MS = 300;

const WORDS: Record<string, string> = textsOf({
  inbound: "day.inbound",
  outbound: "day.outbound",
  internal: "desk.internal",
  with: "day.note_with",
  without: "day.note_without",
  answered: "me.answered",
  missed: "me.missed",
  answered_elsewhere: "me.answered_elsewhere",
  not_reached: "me.not_reached",
  goes_on: "me.goes_on",
});

interface SearchProps {
  me: Me;
  choice: Choice;
  onChoose(choice: Choice): void;
}

export function SearchOfMine({ me, choice, onChoose }: SearchProps) {
  const choose = (name: Name, value: string) => onChoose({ ...choice, [name]: value });
  const select = (name: Name, label: string, options: [string, string][]) => (
    <Select
      {...{ label, options }}
      value={choice[name]}
      onChange={(value) => choose(name, value)}
    />
  );
  return (
    <search class="me-search">
      <Typed value={choice.q} onChange={(q) => choose("q", q)} />
      {select(
        "direction",
        t("day.direction"),
        worded(["inbound", "outbound", "internal"]),
      )}
      {select("part", t("day.outcome"), worded(PARTS))}
      {select(
        "result",
        t("me.result"),
        me.results.map(({ code, label }) => [code, label]),
      )}
      {select(
        "queue",
        t("me.queue"),
        me.queues.map(({ name, label }) => [name, label]),
      )}
      {select("note", t("me.note"), worded(["with", "without"]))}
      {isSearch(choice) && (
        <button type="button" onClick={() => onChoose(cleared(choice))}>
          {t("day.clear")}
        </button>
      )}
    </search>
  );
}

function worded(values: readonly string[]): [string, string][] {
  return values.map((value) => [value, WORDS[value] ?? value]);
}

/** Asked when typing pauses. */
function Typed({ value, onChange }: { value: string; onChange(text: string): void }) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  useEffect(() => {
    if (text === value) return;
    const timer = setTimeout(() => onChange(text), TYPED_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <label class="me-typed">
      <span>{t("day.search")}</span>
      <input
        type="search"
        dir="auto"
        maxLength={100}
        placeholder={t("day.search_in")}
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
      />
    </label>
  );
}

interface SelectProps {
  label: string;
  value: string;
  options: [string, string][];
  onChange(value: string): void;
}

/** A value that is no longer offered, of an old address, stays to be seen. */
function Select({ label, value, options, onChange }: SelectProps) {
  const known = options.some(([name]) => name === value);
  const all: [string, string][] =
    known || !value ? options : [...options, [value, value]];
  return (
    <label>
      <span>{label}</span>
      <select value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        <option value="">{t("day.all")}</option>
        {all.map(([name, words]) => (
          <option key={name} value={name}>
            {words}
          </option>
        ))}
      </select>
    </label>
  );
}
