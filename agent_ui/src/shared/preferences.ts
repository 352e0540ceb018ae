// How does this person like the page?

import { useState } from "preact/hooks";
import { keep, kept } from "./keep";

export type Theme = "system" | "light" | "dark";

export interface Sort {
  /** A counter's name; "" is the queue's own. */
  by: string;
  down: boolean;
}

export interface Preferences {
  theme: Theme;
  sources: boolean;
  shortcuts: boolean;
  formulas: boolean;
  big: boolean;
  /** The wallboard's numbers by queue; null: the usual ones. */
  columns: string[] | null;
  sort: Sort | null;
  /** Of the wallboard; "": all. */
  team: string;
  /** How long a page of the big screen stays. */
  everyS: number;
  /** Is a new alert heard, and how loud, from 0 to 1? */
  sound: boolean;
  volume: number;
  /** Is a ringing call heard on the desk, and how loud, from 0 to 1? */
  ring: boolean;
  ringVolume: number;
}

const DEFAULTS: Preferences = {
  theme: "system",
  sources: false,
  shortcuts: true,
  formulas: false,
  big: false,
  columns: null,
  sort: null,
  team: "",
  everyS: 15,
  sound: false,
  volume: 0.5,
  ring: false,
  ringVolume: 0.5,
};

export function loadPreferences(): Preferences {
  return {
    ...DEFAULTS,
    ...kept<Partial<Preferences>>(localStorage, "preferences", {}),
  };
}

export function applyTheme(theme: Theme): void {
  const root = document.documentElement;
  if (theme === "system") delete root.dataset.theme;
  else root.dataset.theme = theme;
}

export function usePreferences() {
  const [preferences, set] = useState(loadPreferences);
  const change = (patch: Partial<Preferences>) => {
    set((now) => {
      const next = { ...now, ...patch };
      keep(localStorage, "preferences", next);
      applyTheme(next.theme);
      return next;
    });
  };
  return { preferences, change };
}

export type Change = ReturnType<typeof usePreferences>["change"];
