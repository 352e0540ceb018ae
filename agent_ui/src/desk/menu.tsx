// How is one of several things chosen from a list that a button opens?

import type { ComponentChildren, RefObject } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

interface MenuProps {
  label: string;
  /** What opened it: pressing that again is its own affair. */
  opener: RefObject<HTMLButtonElement | null>;
  /** `back`: the keyboard returns to where it was. */
  onClose(back: boolean): void;
  /** Buttons with the role `menuitem`. */
  children: ComponentChildren;
}

/** It takes the keyboard when it opens. */
export function Menu({ label, opener, onClose, children }: MenuProps) {
  const menu = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => menu.current?.querySelector("button")?.focus(), []);
  const onKey = (event: KeyboardEvent) => {
    if (event.key === "Tab") return onClose(true); // and on from there
    if (event.key === "Escape") onClose(true);
    else if (!moved(menu.current, event.key)) return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div
      class="menu"
      role="menu"
      tabIndex={-1}
      ref={menu}
      aria-label={label}
      onKeyDown={onKey}
      onFocusOut={({ relatedTarget, currentTarget }) => {
        const to = relatedTarget as Node | null;
        if (to !== opener.current && !currentTarget.contains(to)) onClose(false);
      }}
    >
      {children}
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
