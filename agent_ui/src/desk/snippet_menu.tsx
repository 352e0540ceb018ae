// How are texts inserted into the note: by their name, or from a menu?

import { useRef, useState } from "preact/hooks";
import { t } from "../i18n/words";
import type { Pop } from "../state/model";
import type { Snippet } from "../wire/frames";
import { useDesk } from "./context";
import { Menu } from "./menu";
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
  if (all.length === 0) return null;
  const close = (back: boolean) => {
    setOpen(false);
    if (back) button.current?.focus();
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
        <Menu label={t("snippets.title")} opener={button} onClose={close}>
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
        </Menu>
      )}
    </div>
  );
}
