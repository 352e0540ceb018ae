// How do answers come, stay while newer ones are fetched, and say how old they are?

import { useEffect, useState } from "preact/hooks";
import { t } from "../i18n/words";
import { Refused, read } from "./api";

export interface Reading<T> {
  answer: T | null;
  /** Of which question the answer is. */
  path: string | null;
  /** Why there is no answer, or no newer one. */
  trouble: string | null;
  busy: boolean;
  /** When the answer came, in ms since 1970. */
  at: number;
}

const NOTHING = { answer: null, path: null, trouble: null, busy: false, at: 0 };

/** `path` null: nothing is asked. Asked again every `againMs`, if given. */
export function useReading<T>(
  path: string | null,
  onExpired: () => void,
  againMs: number | null = null,
): Reading<T> {
  const [reading, set] = useState<Reading<T>>(NOTHING);
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    if (againMs === null) return;
    const timer = setInterval(() => setTurn((before) => before + 1), againMs);
    return () => clearInterval(timer);
  }, [againMs]);
  useEffect(() => {
    if (path === null) return;
    let wanted = true;
    set((before) => ({ ...before, busy: true }));
    read<T>(path)
      .then((answer) => {
        const at = Date.now();
        if (wanted) set({ answer, path, trouble: null, busy: false, at });
      })
      .catch((error: unknown) => {
        if (!(error instanceof Refused)) throw error;
        if (error.status === 401) onExpired();
        if (!wanted) return;
        const trouble = `${error.message} ${error.remedy}`.trim();
        set((before) => ({ ...before, trouble, busy: false }));
      });
    return () => {
      wanted = false;
    };
  }, [path, turn]);
  return path === null ? NOTHING : reading;
}

const PAGES_MAX = 100;

/** Fetch as CSV and hand it to the browser; false where the list was cut. */
export async function download(path: string, name: string): Promise<boolean> {
  const parts: string[] = [];
  let before = "";
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const cursor = before && `&before=${encodeURIComponent(before)}`;
    const headers = { Accept: "text/csv;headings=labels" };
    const answer = await fetch(`${path}${cursor}`, { headers });
    if (!answer.ok)
      throw new Refused(answer.status, t("ask.no_csv"), t("ask.no_csv_remedy"));
    const text = await answer.text();
    parts.push(page === 0 ? text : text.slice(text.indexOf("\n") + 1));
    before = answer.headers.get("X-Next-Before") ?? "";
    if (!before) break;
  }
  save(new Blob(parts, { type: "text/csv" }), name);
  return before === "";
}

/** Fetch one answer as Parquet and hand it to the browser. */
export async function downloadParquet(path: string, name: string): Promise<void> {
  const headers = { Accept: "application/vnd.apache.parquet" };
  const answer = await fetch(path, { headers });
  if (!answer.ok)
    throw new Refused(answer.status, t("ask.no_parquet"), t("ask.no_csv_remedy"));
  save(await answer.blob(), name);
}

function save(content: Blob, name: string) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
