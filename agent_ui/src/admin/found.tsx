// Who may be calling and why, and which source gave each value?

import { said } from "../i18n/said";
import { t } from "../i18n/words";
import type { Formats } from "../shared/format";
import type { CandidateTold, FacetTold, FieldTold, Found } from "./answers";
import { FIELD_STATES } from "./words";

interface CandidatesProps {
  found: Found;
  formats: Formats;
  /** `source:key` of the one to look up in full. */
  onChoose(key: string): void;
}

export function Candidates({ found, formats, onChoose }: CandidatesProps) {
  const { candidates, chosen } = found;
  return (
    <>
      <h3>{t("admin.candidates")}</h3>
      {candidates.length === 0 && <p class="muted">{t("admin.no_candidate")}</p>}
      <ul class="config-keys tried-candidates">
        {candidates.map((each) => {
          const id = `${each.source}:${each.key}`;
          const shown = chosen?.source === each.source && chosen.key === each.key;
          return (
            <li key={id} data-chosen={shown}>
              <strong dir="auto">{nameOf(each)}</strong> <code>{id}</code>{" "}
              {t("admin.sure", { confidence: formats.percent(each.confidence) })}{" "}
              <span class="muted">{said(each.why)}</span>{" "}
              {shown ? (
                t("admin.shown_in_full")
              ) : (
                <button type="button" class="link" onClick={() => onChoose(id)}>
                  {t("admin.show_in_full")}
                </button>
              )}
            </li>
          );
        })}
      </ul>
    </>
  );
}

function nameOf({ name, company }: CandidateTold): string {
  return company && company !== name ? `${name}, ${company}` : name;
}

interface FacetsProps {
  found: Found;
  formats: Formats;
}

export function Facets({ found, formats }: FacetsProps) {
  return (
    <>
      <h3>{t("admin.fields")}</h3>
      {Object.entries(found.facets).map(([name, facet]) => (
        <FacetPart key={name} {...{ name, facet, formats }} />
      ))}
    </>
  );
}

interface FacetPartProps {
  name: string;
  facet: FacetTold;
  formats: Formats;
}

function FacetPart({ name, facet, formats }: FacetPartProps) {
  const { fields, rows, rows_source, notes } = facet;
  return (
    <div class="tried-facet" data-facet={name}>
      <h4>
        {name} <span class="muted">{FIELD_STATES[facet.state] ?? facet.state}</span>
      </h4>
      <dl class="pairs">
        {Object.entries(fields).map(([field, found]) => (
          <div key={field}>
            <dt>{field}</dt>
            <dd>
              <bdi>{written(found.value)}</bdi>{" "}
              <span class="muted">{origin(found, formats)}</span>
            </dd>
          </div>
        ))}
      </dl>
      {rows.length > 0 && (
        <details>
          <summary>
            {t("admin.rows_from", { count: rows.length, source: rows_source ?? "" })}
          </summary>
          <ol class="tried-rows">
            {rows.map((row, at) => (
              <li key={at}>
                <bdi>{rowWords(row)}</bdi>
              </li>
            ))}
          </ol>
        </details>
      )}
      {notes
        .filter((note) => note.message)
        .map((note) => (
          <p class="admin-why" key={note.lookup}>
            {note.lookup}: {said(note.message ?? "")}
          </p>
        ))}
    </div>
  );
}

/** `ERP, 5 s old; CRM says 12`. */
function origin({ source, age_s, others }: FieldTold, formats: Formats): string {
  const age = formats.seconds(age_s);
  const from = t("admin.from_source", { source, age });
  const differ = (others ?? []).map((other) =>
    t("admin.other_value", { source: other.source, value: written(other.value) }),
  );
  return [from, ...differ].join("; ");
}

function rowWords(row: FacetTold["rows"][number]): string {
  return Object.entries(row)
    .map(([column, value]) => `${column}: ${written(value)}`)
    .join(", ");
}

function written(value: FieldTold["value"]): string {
  return value === null ? "–" : String(value);
}
