// How does a list become a file on the viewer's disk?

import { useState } from "preact/hooks";
import { t } from "../i18n/words";
import { Refused } from "./api";
import { download } from "./reading";

/** Fetches all pages and hands the file to the browser. */
export function CsvButton({ path, name }: { path: string; name: string }) {
  const [words, setWords] = useState("CSV");
  const fetchAll = async () => {
    setWords(t("common.fetching"));
    try {
      setWords((await download(path, name)) ? "CSV" : t("common.csv_cut_at_20_000"));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      setWords(`${error.message} ${error.remedy}`);
    }
  };
  return (
    <button type="button" onClick={fetchAll} disabled={words === "Fetching…"}>
      {words}
    </button>
  );
}
