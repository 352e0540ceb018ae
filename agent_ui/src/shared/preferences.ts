// How does this person like the pages? Kept with the user; the browser has a copy.

import { useEffect, useState } from "preact/hooks";
import { keep, kept } from "./keep";
import { applyTypeSize } from "./type_size";

export type Theme = "system" | "light" | "dark";
export type Density = "normal" | "compact" | "spacious";

export interface Sort {
  /** A counter's name; "" is the queue's own. */
  by: string;
  down: boolean;
}

export interface Preferences {
  theme: Theme;
  density: Density;
  /** In percent of the usual; the largest are read across a room. */
  type: number;
  sources: boolean;
  shortcuts: boolean;
  /** Keys of the desk that are switched off, by their names in `SHORTCUTS`. */
  keysOff: string[];
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

export const TYPE_SIZES = [100, 115, 130, 150, 200, 250];

const DEFAULTS: Preferences = {
  theme: "system",
  density: "normal",
  type: 100,
  sources: false,
  shortcuts: true,
  keysOff: [],
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

const COPY = "preferences";

export function loadPreferences(): Preferences {
  return preferencesFrom(kept<unknown>(localStorage, COPY, {}));
}

/** Written by this page, by another version of it, or by anyone: only what fits. */
export function preferencesFrom(found: unknown): Preferences {
  const known = (typeof found === "object" && found) || {};
  const fitting = Object.entries(known).filter(([name, value]) => fits(name, value));
  return { ...DEFAULTS, ...Object.fromEntries(fitting) };
}

const FITS: Partial<Record<keyof Preferences, (value: unknown) => boolean>> = {
  theme: (value) => ["system", "light", "dark"].includes(value as Theme),
  density: (value) => ["normal", "compact", "spacious"].includes(value as Density),
  type: (value) => TYPE_SIZES.includes(value as number),
  keysOff: areNames,
  columns: (value) => value === null || areNames(value),
  sort: (value) => value === null || isSort(value),
  volume: isShare,
  ringVolume: isShare,
};

function fits(name: string, value: unknown): boolean {
  if (!Object.hasOwn(DEFAULTS, name)) return false;
  const test = FITS[name as keyof Preferences];
  return test
    ? test(value)
    : typeof value === typeof DEFAULTS[name as keyof Preferences];
}

function areNames(value: unknown): boolean {
  return Array.isArray(value) && value.every((each) => typeof each === "string");
}

function isShare(value: unknown): boolean {
  return typeof value === "number" && value >= 0 && value <= 1;
}

function isSort(value: unknown): boolean {
  const sort = value as Partial<Sort> | undefined;
  return typeof sort?.by === "string" && typeof sort.down === "boolean";
}

/** What of it is seen on every page, before anything is drawn. */
export function applyLook({ theme, density, type }: Preferences): void {
  const root = document.documentElement;
  if (theme === "system") delete root.dataset.theme;
  else root.dataset.theme = theme;
  root.dataset.density = density;
  applyTypeSize(type / 100);
}

/** `onChange` is given what the person changed here, to keep it elsewhere, too. */
export function usePreferences(onChange: (all: Preferences) => void) {
  const [preferences, set] = useState(loadPreferences);
  const take = (next: Preferences) => {
    keep(localStorage, COPY, next);
    applyLook(next);
    set(next);
  };
  const change = (patch: Partial<Preferences>) => {
    // Of what is kept, not of what this tab drew: another tab may have changed it.
    const next = { ...loadPreferences(), ...patch };
    take(next);
    onChange(next);
  };
  useEffect(() => {
    const onStorage = ({ key }: StorageEvent) => {
      if (key !== `screenpop.${COPY}`) return;
      const next = loadPreferences();
      applyLook(next);
      set(next);
    };
    addEventListener("storage", onStorage);
    return () => removeEventListener("storage", onStorage);
  }, []);
  return { preferences, change, take };
}

export type Change = ReturnType<typeof usePreferences>["change"];
