// Which calls are behind a number, and why does each count?

import { useEffect, useRef, useState } from "preact/hooks";
import { placeLabel } from "../i18n/labels";
import { said } from "../i18n/said";
import { lowered, t } from "../i18n/words";
import { Refused, read } from "../shared/api";
import { ColumnHeads } from "../shared/column_heads";
import { CsvButton } from "../shared/csv_button";
import { duration, listed } from "../shared/format";
import type { CountedCall, CountedCalls, Counter } from "./answers";
import { callsQuery, type Opened } from "./choice";
import { addDays, clockWords, countOf, dayOf, dayWords, momentIn, NONE } from "./words";

interface CallListProps {
  opened: Opened;
  counters: Counter[];
  label(group: string, name: string): string;
  onClose(): void;
  onExpired(): void;
}

const CALL_COLUMNS = () => [
  t("reports.arrived"),
  t("reports.why_it_counts"),
  t("reports.queue"),
  t("reports.wait"),
  t("reports.outcome"),
  t("reports.dialled"),
  t("reports.line"),
];
const PAGE = 100;

export function CallList({
  opened,
  counters,
  label,
  onClose,
  onExpired,
}: CallListProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const where = opened.kind ? "kinds/calls" : opened.figure ? "pops/calls" : "calls";
  const path = `/v1/stats/${where}?${callsQuery(opened)}&limit=${PAGE}`;
  const { calls, zone, before, trouble, more } = useCalls(path, onExpired);
  useEffect(() => {
    if (!dialog.current?.open) dialog.current?.showModal();
  }, []);
  const names = opened.kind
    ? [opened.name || t("reports.not_named")]
    : opened.figure
      ? [t("reports.does_the_pop_help")]
      : opened.numbers.map(
          (name) => counters.find((each) => each.name === name)?.label ?? name,
        );
  return (
    <dialog class="call-list" ref={dialog} onClose={onClose} aria-labelledby="calls-of">
      <header>
        <h2 id="calls-of">{t("reports.the_calls", { join: listed(names) })}</h2>
        {!opened.kind && !opened.figure && (
          <CsvButton
            path={path.replace(`limit=${PAGE}`, "limit=200")}
            name="calls.csv"
          />
        )}
        <button type="button" onClick={() => dialog.current?.close()}>
          {t("reports.close")}
        </button>
      </header>
      <p class="muted">{rangeWords(opened, label)}</p>
      {opened.numbers.map((name) => (
        <p class="muted" key={name}>
          {counters.find((each) => each.name === name)?.formula}
        </p>
      ))}
      {trouble && <p role="alert">{trouble}</p>}
      {calls === null && !trouble && (
        <p role="status">{t("reports.asking_for_the_calls")}</p>
      )}
      {calls?.length === 0 && <p>{t("reports.no_call_counts_here")}</p>}
      {calls !== null && calls.length > 0 && <CallTable calls={calls} zone={zone} />}
      {before && (
        <button type="button" onClick={more}>
          {t("reports.more_than_these", { count_of: countOf(calls?.length ?? 0) })}
        </button>
      )}
    </dialog>
  );
}

function useCalls(path: string, onExpired: () => void) {
  const [calls, setCalls] = useState<CountedCall[] | null>(null);
  const [zone, setZone] = useState("UTC");
  const [before, setBefore] = useState<string | null>(null);
  const [trouble, setTrouble] = useState<string | null>(null);
  const ask = async (cursor: string | null, known: CountedCall[]) => {
    try {
      const from = cursor ? `&before=${encodeURIComponent(cursor)}` : "";
      const answer = await read<CountedCalls>(`${path}${from}`);
      setCalls([...known, ...answer.calls]);
      setZone(answer.time_zone);
      setBefore(answer.before);
      setTrouble(null);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (error.status === 401) onExpired();
      setTrouble(`${error.message} ${error.remedy}`.trim());
    }
  };
  useEffect(() => {
    setCalls(null);
    ask(null, []);
  }, [path]);
  return { calls, zone, before, trouble, more: () => ask(before, calls ?? []) };
}

interface CallTableProps {
  calls: CountedCall[];
  zone: string;
}

function CallTable({ calls, zone }: CallTableProps) {
  return (
    <table class="by-block">
      <ColumnHeads names={CALL_COLUMNS()} />
      <tbody>
        {calls.map((call) => (
          <tr
            key={`${call.line} ${call.call_id} ${call.occurrence} ${call.queue} ${call.interval}`}
          >
            <th scope="row">
              {momentIn(call.arrived_at, zone)}
              <small>{call.call_id}</small>
            </th>
            <td data-label={t("reports.why_it_counts")}>{said(call.why)}</td>
            <td data-label={t("reports.queue")} title={call.queue}>
              {placeLabel(call.queue_label) || NONE}
            </td>
            <td data-label={t("reports.wait")}>{waitOf(call)}</td>
            <td data-label={t("reports.outcome")}>
              {call.outcome === null ? t("reports.goes_on") : said(call.outcome_label)}
            </td>
            <td data-label={t("reports.dialled")} title={call.dialled}>
              {placeLabel(call.dialled_label) || NONE}
            </td>
            <td data-label={t("reports.line")} title={call.line}>
              {placeLabel(call.line_label)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** In the queue where it counts; of a call without queues until it was answered. */
function waitOf(call: CountedCall): string {
  const visit = call.queues.find((each) => each.queue === call.queue);
  const [since, until] = visit
    ? [visit.entered_at, visit.left_at]
    : [call.arrived_at, call.answered_at ?? call.ended_at];
  return until ? duration((Date.parse(until) - Date.parse(since)) / 1000) : NONE;
}

const PLACES = {
  queue: "reports.queue",
  line: "reports.line",
  dialled: "reports.dialled_number",
} as const;

function rangeWords(opened: Opened, label: (group: string, name: string) => string) {
  const words = (at: string) =>
    at.length > 10 ? `${dayWords(dayOf(at))} ${clockWords(at)}` : dayWords(at);
  const places = (["queue", "line", "dialled"] as const)
    .filter((group) => opened[group] !== undefined)
    .map(
      (group) => `${lowered(t(PLACES[group]))} ${label(group, opened[group] ?? "")}`,
    );
  const days = opened.from.length === 10 && opened.to.length === 10;
  const last = days ? addDays(opened.to, -1) : opened.to;
  const range =
    days && last === opened.from
      ? words(last)
      : t("reports.from", {
          from: words(opened.from),
          last: words(last),
        });
  return [range, ...places].join(", ");
}
