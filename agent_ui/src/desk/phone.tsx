// How does a number stand on the card, so that it is called or copied with one press?

import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { t } from "../i18n/words";
import { Icon } from "../shared/icons";
import { useDesk } from "./context";
import { callUrl } from "./dial";

interface CallLinkProps {
  number: string;
  label?: string;
  children: ComponentChildren;
}

/** By the line of the call in front; the plain text where it is not one number. */
export function CallLink({ number, label, children }: CallLinkProps) {
  const { state } = useDesk();
  const line = state.pops[state.selected ?? ""]?.line ?? "";
  const template = state.hello?.click_to_call[line];
  const href = callUrl(number, template, state.hello?.agent ?? null);
  if (!href) return <>{children}</>;
  const away = /^https?:/i.test(href)
    ? { target: "_blank", rel: "noopener noreferrer" }
    : {};
  return (
    <a href={href} aria-label={label} {...away}>
      {children}
    </a>
  );
}

const SAID_MS = 4000;

/** Says that it was copied, or that it was not, for eyes and for ears. */
export function CopyButton({ text }: { text: string }) {
  const [said, say] = useState("");
  useEffect(() => {
    if (!said) return;
    const quiet = setTimeout(() => say(""), SAID_MS);
    return () => clearTimeout(quiet);
  }, [said]);
  const copy = async () => {
    const done = await copied(text);
    say(done ? t("dial.copied", { text }) : t("dial.not_copied"));
  };
  const label = t("dial.copy", { text });
  return (
    <span class="copy-box">
      <button
        type="button"
        class="copy"
        title={said || label}
        aria-label={label}
        onClick={copy}
      >
        <Icon name={said ? "check" : "copy"} />
      </button>
      <span class="hidden" role="status">
        {said}
      </span>
    </span>
  );
}

/** Without TLS browsers have no clipboard for scripts, but still the old command. */
async function copied(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copiedByCommand(text);
  }
}

function copiedByCommand(text: string): boolean {
  const before = document.activeElement as HTMLElement | null;
  const field = document.createElement("textarea");
  field.value = text;
  field.className = "hidden";
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  before?.focus();
  return done;
}
