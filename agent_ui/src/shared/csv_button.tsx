// How does a list become a file on the viewer's disk?

import { createContext } from "preact";
import { useContext, useState } from "preact/hooks";
import { t } from "../i18n/words";
import { Refused } from "./api";
import { download, downloadParquet } from "./reading";

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

/** Can this server write Parquet files? */
export const Parquet = createContext(false);

/** All rows of one answer, as CSV and, where the server can, as Parquet. */
export function FileButtons({ path, name }: { path: string; name: string }) {
  const hasParquet = useContext(Parquet);
  const [trouble, setTrouble] = useState("");
  const fetchFile = async () => {
    setTrouble("");
    try {
      await downloadParquet(path, name.replace(/csv$/, "parquet"));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      setTrouble(`${error.message} ${error.remedy}`);
    }
  };
  return (
    <>
      <CsvButton path={path} name={name} />
      {hasParquet && (
        <>
          {" "}
          <button type="button" onClick={fetchFile}>
            Parquet
          </button>
        </>
      )}
      {trouble && <span role="alert">{trouble}</span>}
    </>
  );
}
