// How are texts inserted into the note: by their name, or from a menu?

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { t } from "../i18n/words";
import type { Pop } from "../state/model";
import type { Snippet } from "../wire/frames";
import { useDesk } from "./context";
import { filled, insert, snippetsOf, typedSnippet } from "./snippets";

/** Inserting is typing as well: what it types is not looked at again. */
let inserting = false;

export function useSnippets(pop: Pop) {
  const { client, state } = useDesk();
  const all = snippetsOf(state.hello?.snippets ?? [], pop);
  const { agent = null, name: agentName = "" } = state.hello ?? {};
  const put = (
    snippet: Snippet,
    field: HTMLTextAreaElement,
    from: number,
    to: number,
  ) => {
    inserting = true;
    const made = filled(snippet, pop, { agent, agentName, note: "" });
    const fits = insert(field, { ...made, from, to });
    inserting = false;
    if (fits) return;
    const message = t("snippets.no_room", { label: snippet.label });
    client.store.dispatch({ type: "refused", message, remedy: "" });
  };
  const onTyped = (field: HTMLTextAreaElement, event: Event) => {
    if (inserting || !(event instanceof InputEvent) || event.isComposing) return;
    const { value, selectionStart, selectionEnd } = field;
    // What an undo gives back is selected: the next letter would replace it.
    if (event.inputType === "historyUndo") {
      field.setSelectionRange(selectionEnd, selectionEnd);
    }
    if (selectionStart !== selectionEnd) return;
    const typed = typedSnippet(all, value, selectionEnd, event.inputType);
    if (typed) put(typed.snippet, field, typed.from, typed.to);
  };
  const onChosen = (snippet: Snippet) => {
    const field = document.querySelector<HTMLTextAreaElement>("#note");
    if (field) put(snippet, field, field.selectionStart, field.selectionEnd);
  };
  return { all, onTyped, onChosen };
}

interface SnippetMenuProps {
  all: Snippet[];
  onChosen(snippet: Snippet): void;
}

export function SnippetMenu({ all, onChosen }: SnippetMenuProps) {
  const [open, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const menu = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (open) menu.current?.querySelector("button")?.focus();
  }, [open]);
  if (all.length === 0) return null;
  const close = () => {
    setOpen(false);
    button.current?.focus();
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key === "Tab") return close(); // and on from there
    if (event.key === "Escape") close();
    else if (!moved(menu.current, event.key)) return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div class="snippets">
      <button
        type="button"
        class="link"
        ref={button}
        title={t("snippets.how")}
        aria-haspopup="menu"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        {t("snippets.title")}
      </button>
      {open && (
        <div
          class="snippet-menu"
          role="menu"
          tabIndex={-1}
          ref={menu}
          aria-label={t("snippets.title")}
          onKeyDown={onKey}
          onFocusOut={({ relatedTarget, currentTarget }) => {
            const to = relatedTarget as Node | null;
            if (to !== button.current && !currentTarget.contains(to)) setOpen(false);
          }}
        >
          {all.map((snippet) => (
            <button
              type="button"
              role="menuitem"
              tabIndex={-1}
              key={snippet.name}
              title={snippet.text}
              // A press must not take the keyboard away before it is a click.
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => {
                setOpen(false);
                onChosen(snippet);
              }}
            >
              <bdi>{snippet.label}</bdi> <kbd dir="ltr">/{snippet.name}</kbd>
            </button>
          ))}
        </div>
      )}
    </div>
  );
}

/** Along the menu, around its ends; false for other keys. */
function moved(menu: HTMLElement | null, key: string): boolean {
  const items = [...(menu?.querySelectorAll("button") ?? [])];
  const at = items.indexOf(document.activeElement as HTMLButtonElement);
  const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[key];
  if (next === undefined) return false;
  items.at(next % items.length)?.focus();
  return true;
}
