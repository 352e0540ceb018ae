// How does a person get everything that is stored about them, in one file?

import { Refused, read } from "../shared/api";
import type { Row, Section, Stored } from "./answers";

const PAGES_MAX = 500;
const LIMITED = 429;
const AGAIN_MS = 10_000;
const TRIES_MAX = 12;

type Ask = (path: string) => Promise<Stored>;
type Pause = (ms: number) => Promise<void>;

/** All rows of all sections. Each answer has the newest before a time. */
export async function everything(
  onRows: (count: number) => void = () => {},
  ask: Ask = read<Stored>,
  pause: Pause = sleep,
): Promise<Stored> {
  const path = "/v1/me/data?limit=2000";
  const first = await patiently(path, ask, pause);
  const whole = first.sections.map(collected);
  for (let page = 1; page < PAGES_MAX; page += 1) {
    onRows(whole.reduce((sum, each) => sum + each.rows.size, 0));
    const open = whole.flatMap((each) => each.next ?? []).sort();
    const to = open.at(-1);
    if (to === undefined) break;
    const answer = await patiently(`${path}&to=${encodeURIComponent(to)}`, ask, pause);
    for (const each of whole) take(each, answer.sections, to);
  }
  return { ...first, sections: whole.map(closed) };
}

/** Rows by their text: those of the second where two answers meet come twice. */
interface Collected {
  section: Section;
  rows: Map<string, Row>;
  next: string | null;
  /** Where the section had to end. */
  cut: string | null;
}

function collected(section: Section): Collected {
  const rows = new Map(section.rows.map((row) => [JSON.stringify(row), row]));
  return { section, rows, next: section.next_to, cut: null };
}

function take(into: Collected, sections: Section[], to: string): void {
  if (into.next === null) return;
  const more = sections.find(({ name }) => name === into.section.name);
  if (!more) return;
  for (const row of more.rows) into.rows.set(JSON.stringify(row), row);
  if (more.next_to === null || more.next_to < into.next) into.next = more.next_to;
  else if (into.next === to) {
    into.cut = to; // one second has more rows than an answer
    into.next = null;
  }
}

function closed({ section, rows, next, cut }: Collected): Section {
  return { ...section, rows: [...rows.values()], next_to: cut ?? next };
}

async function patiently(path: string, ask: Ask, pause: Pause): Promise<Stored> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await ask(path);
    } catch (error) {
      const limited = error instanceof Refused && error.status === LIMITED;
      if (!limited || tries >= TRIES_MAX) throw error;
      await pause(AGAIN_MS);
    }
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}

export function saveAs(content: BlobPart, type: string, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([content], { type }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
