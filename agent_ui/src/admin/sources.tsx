// Which sources answer, and why not?

import type { Formats } from "../shared/format";
import type { Source } from "./answers";
import type { AdminProps } from "./lines";
import { STATES } from "./words";

export function Sources({ state, formats, now }: AdminProps) {
  return (
    <section class="admin-part" aria-labelledby="sources">
      <h2 id="sources">Sources</h2>
      <ul class="admin-sources">
        {state.sources.map((source) => (
          <SourceRow key={source.source} {...{ source, formats, now }} />
        ))}
      </ul>
    </section>
  );
}

interface SourceRowProps {
  source: Source;
  formats: Formats;
  now: number;
}

function SourceRow({ source, formats, now }: SourceRowProps) {
  const { label, connector, state, cache, retry_in_s, last_failure } = source;
  const ago = (at: string) => formats.ago(Date.parse(at), now);
  const retry = retry_in_s === null ? "" : `, next try in ${Math.ceil(retry_in_s)} s`;
  return (
    <li class="panel admin-source" data-state={state}>
      <h3>
        {label} <span class="muted">{connector}</span>
      </h3>
      <p class="admin-state">
        <span class="dot" aria-hidden="true" />
        {`${STATES[state]}${retry}`}
      </p>
      <p class="muted">
        {source.last_answer_at
          ? `last answer ${ago(source.last_answer_at)}`
          : "no answer yet"}
        {cache.entries_max > 0 &&
          `, ${formats.number(cache.entries)} of ${formats.number(cache.entries_max)} answers kept`}
      </p>
      {last_failure && (
        <p class="admin-failure">{`Last failure ${ago(last_failure.at)}: ${last_failure.why}`}</p>
      )}
    </li>
  );
}
