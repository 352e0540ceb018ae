// Which lines are there, and does anything arrive?

import { useEffect, useState } from "preact/hooks";
import { said } from "../i18n/said";
import { t, tNodes } from "../i18n/words";
import type { Formats } from "../shared/format";
import type { Line } from "./answers";
import type { AdminClient } from "./client";
import { Count } from "./count";
import { RequestList } from "./requests";
import type { AdminState } from "./state";
import { StreamCounts, StreamDetails, StreamHealth } from "./stream";

export interface AdminProps {
  state: AdminState;
  client: AdminClient;
  formats: Formats;
  now: number;
}

export function Lines(props: AdminProps) {
  const { lines } = props.state;
  return (
    <section class="admin-part" aria-labelledby="lines">
      <h2 id="lines">{t("admin.lines")}</h2>
      {lines.length === 0 && (
        <p class="muted">{tNodes("admin.no_line", { key: <code>lines:</code> })}</p>
      )}
      {lines.map((line) => (
        <LinePanel key={line.line} line={line} alone={lines.length === 1} {...props} />
      ))}
    </section>
  );
}

interface LinePanelProps extends AdminProps {
  line: Line;
  alone: boolean;
}

function LinePanel(props: LinePanelProps) {
  const { line, alone, client, formats, now } = props;
  const [open, setOpen] = useState(alone);
  const { stream } = line;
  const follows = open && !stream; // nobody sends requests to a stream's line
  useEffect(() => {
    client.follow(line.line, follows);
    return () => client.follow(line.line, false);
  }, [client, line.line, follows]);
  const { requests, accepted, ignored, refused } = line.today;
  return (
    <article class="panel">
      <h3>
        <button
          type="button"
          class="panel-head"
          aria-expanded={open}
          onClick={() => setOpen(!open)}
        >
          <span class="panel-name">
            <span class="twist" aria-hidden="true" />
            {line.label ?? line.line}
          </span>
          <span class="muted panel-kind">
            {line.label ? `${line.line}, ${said(line.title)}` : said(line.title)}
          </span>
          <span class="panel-when">{lastEvent(line, formats, now)}</span>
        </button>
      </h3>
      {stream ? (
        <>
          <StreamHealth stream={stream} formats={formats} now={now} />
          <StreamCounts stream={stream} formats={formats} />
        </>
      ) : (
        <dl class="counts">
          <Count label={t("admin.requests_today")} value={requests} formats={formats} />
          <Count label={t("admin.events")} value={accepted} formats={formats} />
          <Count label={t("admin.ignored")} value={ignored} formats={formats} />
          <Count label={t("admin.refused")} value={refused} formats={formats} bad />
        </dl>
      )}
      {open && (
        <div class="panel-body">
          <Setup line={line} />
          {stream ? (
            <StreamDetails stream={stream} formats={formats} />
          ) : (
            <RequestList {...props} />
          )}
        </div>
      )}
    </article>
  );
}

function lastEvent(line: Line, formats: Formats, now: number): string {
  if (!line.last_event_at) return t("admin.no_event_yet");
  return t("admin.last_event", {
    ago: formats.ago(Date.parse(line.last_event_at), now),
  });
}

const RIGHT_S = 2;

function Setup({ line }: { line: Line }) {
  const set = Object.entries(line.settings);
  return (
    <details class="setup">
      <summary>
        <span class="setup-word">
          {line.stream ? t("admin.listens_to") : t("admin.address")}
        </span>{" "}
        <code>{line.address}</code>
      </summary>
      {line.paste && <p class="paste">{line.paste}</p>}
      <dl class="pairs">
        <Pair
          name={t("admin.fact_dialect")}
          value={`${line.dialect} (${line.status})`}
        />
        <Pair
          name={t("admin.fact_country")}
          value={line.country ?? t("admin.not_set")}
        />
        <Pair name={t("admin.fact_time_zone")} value={line.time_zone} />
        <Pair name={t("admin.fact_clock")} value={clockWords(line.clock_ahead_s)} />
        {set.map(([name, value]) => (
          <Pair
            key={name}
            name={name}
            value={value === true ? t("admin.is_set") : String(value)}
          />
        ))}
      </dl>
    </details>
  );
}

function clockWords(aheadS: number | null): string {
  if (aheadS === null) return t("admin.not_known_yet");
  const seconds = Math.abs(aheadS);
  if (seconds <= RIGHT_S) return t("admin.clock_is_right");
  const side = aheadS > 0 ? t("admin.ahead_of") : t("admin.behind");
  return t("admin.s_this_machines_times_are", { seconds, side });
}

export function Pair({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd dir="auto">{value}</dd>
    </div>
  );
}
