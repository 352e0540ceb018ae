// How does one facet stand on the card, in each of its states?

import { said } from "../i18n/said";
import { t } from "../i18n/words";
import type { Pop } from "../state/model";
import type { Facet, FacetShape, SourceNote } from "../wire/frames";
import { useDesk, useServerNow } from "./context";
import { Fields } from "./fields";
import type { Size } from "./lanes";
import { useInView } from "./looks";
import { Rows } from "./rows";
import { UrlButtons } from "./url_buttons";
import { limitShare, MEANING } from "./verdict";
import { bodySentence, sourceSentence, stateWord } from "./words";
import { Years } from "./years";

const PENDING: Facet = {
  state: "pending",
  fields: {},
  rows: [],
  rows_source: null,
  rows_fetched_at: null,
  rows_state: null,
  notes: [],
};

interface FacetProps {
  shape: FacetShape;
  facet: Facet | undefined;
  pop: Pop;
  size?: Size;
}

export function FacetPanel(props: FacetProps) {
  const { shape, facet = PENDING, pop, size = "small" } = props;
  const id = `facet-${shape.name}`;
  const bare = Object.keys(facet.fields).length === 0 && facet.rows.length === 0;
  const sentence = bare ? bodySentence(facet) : "";
  return (
    <section
      ref={useInView(pop.call_id, shape.name)}
      class="facet"
      data-facet={shape.name}
      data-state={facet.state}
      data-size={size}
      aria-labelledby={id}
    >
      <header>
        <h3 id={id}>{shape.label}</h3>
        <UrlButtons pop={pop} facet={shape.name} />
        <Sources facet={facet} />
      </header>
      <div class="facet-body">
        {shape.fields.length > 0 && <Fields facet={facet} columns={shape.fields} />}
        {hasLimit(shape) && <LimitBar shape={shape} facet={facet} />}
        {shape.name === "yearly_totals" ? (
          <Years facet={facet} shape={shape} />
        ) : (
          shape.columns.length > 0 && <Rows {...{ facet, shape, pop, size }} />
        )}
        {sentence && (
          <p class="sentence" dir="auto">
            {sentence}
          </p>
        )}
      </div>
    </section>
  );
}

const TROUBLE = new Set(["failed", "timed_out", "stale"]);

/** Which source says this and how old it is; first what is wrong. */
function Sources({ facet }: { facet: Facet }) {
  const { formats } = useDesk();
  const now = useServerNow(5);
  if (facet.notes.length === 0) {
    const word = facet.state === "fresh" ? "" : stateWord(facet.state);
    return <p class="sources">{word}</p>;
  }
  const differs = disagreement(facet);
  const notes = [...facet.notes].sort((a, b) => rank(a) - rank(b));
  const lines = merged(notes).map((note) => {
    const at = fetchedAt(facet, note.source);
    return { note, ...headWords(note, at === null ? "" : formats.age(at, now)) };
  });
  const messages = notes.flatMap((note) => (note.message ? said(note.message) : []));
  const all = [
    ...new Set([...lines.map((line) => line.says + line.aged), ...messages]),
  ];
  return (
    <p class="sources" title={all.join("\n")}>
      {differs && <span data-state="differs">{differs}</span>}
      {(differs ? [] : lines).map(({ note, says, aged }) => (
        <span key={note.lookup} class="source" data-state={note.state}>
          <span class="source-name">{says}</span>
          {aged && <span class="source-age">{aged}</span>}
        </span>
      ))}
      {!differs && lines.length > 1 && (
        <span class="further" aria-hidden="true">{`+${lines.length - 1}`}</span>
      )}
    </p>
  );
}

/** `ERP ≠ Credit department`: which sources tell something else. */
function disagreement(facet: Facet): string | null {
  const field = Object.values(facet.fields).find((each) => each.others.length > 0);
  if (!field) return null;
  return [field.source, ...field.others.map((other) => other.source)].join(" ≠ ");
}

/** A long name of a source gives way to its age, which is never cut. */
function headWords(note: SourceNote, age: string): { says: string; aged: string } {
  if (note.state === "stale" && age) {
    return { says: t("desk.old", { age, source: note.source }), aged: "" };
  }
  const aged = age && note.state !== "pending" ? ` · ${age}` : "";
  return { says: sourceSentence(note), aged };
}

function rank(note: SourceNote): number {
  return TROUBLE.has(note.state) ? 0 : note.state === "pending" ? 1 : 2;
}

/** One line per source and state: three lookups of one source are one source. */
function merged(notes: SourceNote[]): SourceNote[] {
  const lines = new Map(notes.map((note) => [`${note.source} ${note.state}`, note]));
  return [...lines.values()];
}

function fetchedAt(facet: Facet, source: string): number | null {
  const times = Object.values(facet.fields)
    .filter((field) => field.source === source && field.state !== "pending")
    .map((field) => Date.parse(field.fetched_at));
  if (facet.rows_source === source && facet.rows_fetched_at) {
    times.push(Date.parse(facet.rows_fetched_at));
  }
  const known = times.filter(Number.isFinite);
  return known.length ? Math.min(...known) : null;
}

function hasLimit(shape: FacetShape): boolean {
  const names: string[] = shape.fields.map((field) => field.name);
  const has = (wanted: readonly string[]) =>
    wanted.some((name) => names.includes(name));
  return has(MEANING.limit) && has(MEANING.used);
}

function LimitBar({ shape, facet }: { shape: FacetShape; facet: Facet }) {
  const { formats } = useDesk();
  const share = limitShare({ [shape.name]: facet }, [shape]);
  const level =
    share === null ? "none" : share > 1 ? "over" : share > 0.8 ? "high" : "fine";
  const words =
    share === null
      ? "–"
      : t("desk.of_the_limit_used", { share: formats.percent(share) });
  const width = `${Math.min(100, Math.max(0, (share ?? 0) * 100))}%`;
  return (
    <div class="limit" data-level={level}>
      <div class="limit-track">
        <div class="limit-used" style={{ width }} />
      </div>
      <span>{words}</span>
    </div>
  );
}
