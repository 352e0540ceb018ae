// What is stored about me, how long, and how do I get it all?

import { useState } from "preact/hooks";
import { said } from "../i18n/said";
import { lowered, t } from "../i18n/words";
import { Refused } from "../shared/api";
import { viewerFormats } from "../shared/format";
import { useReading } from "../shared/reading";
import { Waiting } from "../shared/waiting";
import {
  cellWords,
  columnName,
  columnsOf,
  type Row,
  rowsWords,
  type Section,
  type Stored,
} from "./answers";
import { everything, saveAs } from "./whole";

const PATH = "/v1/me/data?limit=100";

interface StoredOfMeProps {
  zone: string;
  onExpired(): void;
}

export function StoredOfMe({ zone, onExpired }: StoredOfMeProps) {
  const reading = useReading<Stored>(PATH, onExpired);
  const stored = reading.answer;
  return (
    <section class="me-stored">
      <h2>{t("me.what_is_stored_about_me")}</h2>
      <p class="muted">{t("me.all_that_the_store_of")}</p>
      <Download onExpired={onExpired} />
      {!stored && <Waiting reading={reading} />}
      {stored && (
        <>
          <ul class="me-sections">
            {stored.sections.map((section) => (
              <li key={section.name}>
                <Stock section={section} zone={zone} />
              </li>
            ))}
          </ul>
          <h3>{t("me.elsewhere")}</h3>
          <dl class="me-elsewhere">
            {stored.elsewhere.map(({ label, text, kept }) => (
              <div key={label}>
                <dt>{said(label)}</dt>
                <dd>{said(text)}</dd>
                <dd class="muted">{t("me.kept", { kept: lowered(said(kept)) })}</dd>
              </div>
            ))}
          </dl>
          <h3>{t("me.not_stored")}</h3>
          <ul class="me-not">
            {stored.not_stored.map((text) => (
              <li key={text}>{said(text)}</li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

/** One section: closed until somebody wants to read its rows. */
function Stock({ section, zone }: { section: Section; zone: string }) {
  const { name, label, text, kept, rows, next_to } = section;
  return (
    <details data-section={name}>
      <summary>
        <span class="me-label">{said(label)}</span>
        <span class="me-count">{rowsWords(section)}</span>
        <span class="me-kept">{t("me.kept", { kept: lowered(said(kept)) })}</span>
      </summary>
      <p>{said(text)}</p>
      {next_to && <p class="muted">{t("me.all_of_them_are_in")}</p>}
      {rows.length === 0 && !next_to && (
        <p class="muted">{t("me.there_is_nothing_here")}</p>
      )}
      {rows.length > 0 && <Rows rows={rows} zone={zone} label={label} />}
    </details>
  );
}

interface RowsProps {
  rows: Row[];
  zone: string;
  label: string;
}

function Rows({ rows, zone, label }: RowsProps) {
  const names = columnsOf(rows);
  const title = t("me.rows", { label: said(label) });
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: arrow keys scroll it
    <section class="me-box me-scroll" aria-label={title} tabIndex={0}>
      <table class="me-table">
        <thead>
          <tr>
            {names.map((name) => (
              <th key={name} scope="col">
                {columnName(name)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={JSON.stringify(row)}>
              {names.map((name) => (
                <td key={name} data-name={name} data-label={columnName(name)}>
                  {cellWords(name, row[name], zone)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** One file with every row of every section. */
function Download({ onExpired }: { onExpired(): void }) {
  const [busy, setBusy] = useState(false);
  const [words, setWords] = useState("");
  const fetchAll = async () => {
    setBusy(true);
    setWords(t("me.fetching"));
    try {
      const whole = await everything((count) =>
        setWords(t("me.fetching_rows", { count: viewerFormats().count(count) })),
      );
      saveAs(JSON.stringify(whole, null, 2), "application/json", "my-data.json");
      setWords(t("me.saved_as_my_data_json"));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (error.status === 401) onExpired();
      setWords(`${error.message} ${error.remedy}`.trim());
    } finally {
      setBusy(false);
    }
  };
  return (
    <p class="me-download">
      <button type="button" class="primary" onClick={fetchAll} disabled={busy}>
        {t("me.download_everything_json")}
      </button>
      <span role="status">{words}</span>
    </p>
  );
}
