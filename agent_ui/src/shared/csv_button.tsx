// How does a list become a file on the viewer's disk?

import { useState } from "preact/hooks";
import { Refused } from "./api";
import { download } from "./reading";

/** Fetches all pages and hands the file to the browser. */
export function CsvButton({ path, name }: { path: string; name: string }) {
  const [words, setWords] = useState("CSV");
  const fetchAll = async () => {
    setWords("Fetching…");
    try {
      setWords((await download(path, name)) ? "CSV" : "CSV, cut at 20,000 calls");
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
