// How does the connection to a switch do, and what should be set better there?

import { t } from "../i18n/words";
import type { Formats } from "../shared/format";
import type { Stream } from "./answers";
import { Count } from "./count";
import { connection } from "./words";

interface StreamProps {
  stream: Stream;
  formats: Formats;
}

export function StreamHealth(props: StreamProps & { now: number }) {
  const { stream, formats, now } = props;
  const said = connection(stream, (at) => formats.ago(Date.parse(at), now));
  return (
    <div class="stream-health">
      <p class="stream-state" data-tone={stream.trouble ? "bad" : "good"}>
        {said}
      </p>
      {stream.trouble && <p class="stream-trouble">{stream.trouble}</p>}
      {stream.hints.map((hint) => (
        <p key={hint} class="stream-hint">
          <span class="stream-hint-word">{t("admin.set_better")}</span> {hint}
        </p>
      ))}
    </div>
  );
}

export function StreamCounts({ stream, formats }: StreamProps) {
  const left = stream.refused + stream.undecodable;
  return (
    <dl class="counts">
      <Count label={t("admin.messages")} value={stream.messages} formats={formats} />
      <Count label={t("admin.events")} value={stream.events} formats={formats} />
      <Count label={t("admin.waiting")} value={stream.waiting} formats={formats} bad />
      <Count label={t("admin.unusable")} value={left} formats={formats} bad />
    </dl>
  );
}

export function StreamDetails({ stream, formats }: StreamProps) {
  const kinds = Object.entries(stream.ignored);
  return (
    <details class="setup">
      <summary>
        <span class="setup-word">{t("admin.messages_without_an_event_by")}</span>
      </summary>
      {kinds.length === 0 && <p class="muted">{t("admin.none_yet")}</p>}
      <dl class="pairs">
        {kinds.map(([kind, count]) => (
          <div key={kind}>
            <dt>{kind}</dt>
            <dd>{formats.number(count)}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
