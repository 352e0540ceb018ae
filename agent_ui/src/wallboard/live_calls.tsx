// Which calls go on, and which of them is stuck?

import { useEffect, useRef, useState } from "preact/hooks";
import { phaseWord } from "../desk/words";
import { placeLabel } from "../i18n/labels";
import { t } from "../i18n/words";
import { endCall, type LiveCall, Refused, read } from "../shared/api";
import { useNow } from "../shared/clock";
import { duration } from "../shared/format";
import { keyOf } from "../state/calls";
import { LIVE_CALLS } from "./opened";

const EVERY_MS = 5000;
/** So long a press on "Clear…" waits for the second one. */
const SURE_MS = 8_000;

interface LiveCallsProps {
  csrf: string;
  skewMs: number;
}

/** Folded away: the calls are asked for only while somebody looks at them. */
export function LiveCalls(props: LiveCallsProps) {
  const [open, setOpen] = useState(location.hash === `#${LIVE_CALLS}`);
  useEffect(() => {
    const onHash = () => location.hash === `#${LIVE_CALLS}` && setOpen(true);
    addEventListener("hashchange", onHash);
    return () => removeEventListener("hashchange", onHash);
  }, []);
  return (
    <details
      class="live-calls"
      id={LIVE_CALLS}
      open={open}
      onToggle={(event) => setOpen(event.currentTarget.open)}
    >
      <summary>{t("wallboard.calls_that_go_on_now")}</summary>
      {open && <List {...props} />}
    </details>
  );
}

function List({ csrf, skewMs }: LiveCallsProps) {
  const [calls, setCalls] = useState<LiveCall[] | null>(null);
  const [trouble, setTrouble] = useState("");
  const now = useNow() + skewMs;
  const asking = useRef(false);
  const ask = async () => {
    if (asking.current) return;
    asking.current = true;
    try {
      setCalls((await read<{ calls: LiveCall[] }>("/v1/live")).calls);
      setTrouble("");
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      setTrouble(
        t("wallboard.this_list_is_not_live", {
          message: error.message,
          remedy: error.remedy,
        }),
      );
    } finally {
      asking.current = false;
    }
  };
  useEffect(() => {
    void ask();
    const timer = setInterval(() => void ask(), EVERY_MS);
    return () => clearInterval(timer);
  }, []);
  const clear = async (call: LiveCall) => {
    try {
      await endCall(call, csrf);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      setTrouble(`${error.message} ${error.remedy}`);
      return;
    }
    await ask();
  };
  return (
    <>
      {trouble && (
        <p class="trouble" role="status">
          {trouble}
        </p>
      )}
      {calls?.length === 0 && <p class="muted">{t("wallboard.no_call_goes_on")}</p>}
      {calls && calls.length > 0 && (
        <table>
          <thead>
            <tr>
              <th scope="col">{t("wallboard.phase")}</th>
              <th scope="col">{t("wallboard.queue")}</th>
              <th scope="col">{t("wallboard.agents")}</th>
              <th scope="col">{t("wallboard.since")}</th>
              <th scope="col">{t("wallboard.last_event")}</th>
              <th scope="col">{t("wallboard.call")}</th>
              <th scope="col">
                <span class="hidden">{t("wallboard.end_it")}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {calls.map((call) => (
              <Row key={keyOf(call)} {...{ call, now }} onClear={() => clear(call)} />
            ))}
          </tbody>
        </table>
      )}
    </>
  );
}

interface RowProps {
  call: LiveCall;
  now: number;
  onClear(): void;
}

function Row({ call, now, onClear }: RowProps) {
  const [sure, setSure] = useState(false);
  const notSure = () => setSure(false);
  useEffect(() => {
    const timer = sure ? setTimeout(notSure, SURE_MS) : 0;
    return () => clearTimeout(timer);
  }, [sure]);
  const since = (at: string) => duration((now - Date.parse(at)) / 1000);
  return (
    <tr>
      <td data-label={t("wallboard.phase")}>{phaseWord(call.phase, call.held)}</td>
      <td data-label={t("wallboard.queue")} title={call.queue ?? undefined}>
        {placeLabel(call.queue_label) || "–"}
      </td>
      <td data-label={t("wallboard.agents")}>
        <bdi>{call.agents.join(", ") || "–"}</bdi>
      </td>
      <td data-label={t("wallboard.since")}>{since(call.arrived_at)}</td>
      <td data-label={t("wallboard.last_event")}>
        {t("wallboard.ago", { duration: since(call.last_event_at) })}
      </td>
      <td data-label={t("wallboard.call")}>
        <bdi title={call.line}>{placeLabel(call.line_label)}</bdi>{" "}
        <bdi class="mono">{call.call_id}</bdi>
      </td>
      <td>
        {sure ? (
          <button
            type="button"
            onClick={onClear}
            onBlur={notSure}
            onKeyDown={(event) => event.key === "Escape" && notSure()}
          >
            {t("wallboard.it_is_over_clear_it")}
          </button>
        ) : (
          <button type="button" class="quiet" onClick={() => setSure(true)}>
            {t("wallboard.clear")}
          </button>
        )}
      </td>
    </tr>
  );
}
