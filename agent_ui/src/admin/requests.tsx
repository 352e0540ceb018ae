// What arrived at this line, and what did the dialect make of it?

import { useState } from "preact/hooks";
import { t } from "../i18n/words";
import type { Formats } from "../shared/format";
import type { EventSeen, Line, RequestSeen } from "./answers";
import { type AdminProps, Pair } from "./lines";
import { held } from "./state";
import { fieldsOf, readable, summary, VERDICTS } from "./words";

interface RequestListProps extends AdminProps {
  line: Line;
}

export function RequestList({ state, line, formats }: RequestListProps) {
  const known = state.requests[line.line];
  const [read, setRead] = useState<ReadonlySet<number>>(new Set());
  const [upTo, setUpTo] = useState<number | null>(null);
  if (!known) return <p class="muted">{t("admin.asking")}</p>;
  if (known.list.length === 0) {
    return (
      <p class="muted" role="status">
        {t("admin.nothing_has_arrived_yet_requests")}
      </p>
    );
  }
  const toggle = (number: number) => {
    const next = new Set(read);
    if (!next.delete(number)) next.add(number);
    setRead(next);
    setUpTo(next.size > 0 ? (upTo ?? known.newest) : null);
  };
  const shown = held(known.list, upTo);
  const waiting = known.list.length - shown.length;
  return (
    <>
      <p class="newer" role="status">
        {waiting > 0 && (
          <button type="button" onClick={() => setUpTo(known.newest)}>
            {t("admin.show_newer", { n: waiting })}
          </button>
        )}
        {known.missed > 0 && (
          <span class="muted">
            {t("admin.came_too_fast_to_be", { n: known.missed })}
          </span>
        )}
      </p>
      <ol
        class="requests"
        aria-label={t("admin.requests_at_newest_first", { line: line.line })}
      >
        {shown.map((request) => (
          <RequestRow
            key={`${known.run}-${request.number}`}
            request={request}
            formats={formats}
            open={read.has(request.number)}
            onToggle={() => toggle(request.number)}
          />
        ))}
      </ol>
    </>
  );
}

interface RequestRowProps {
  request: RequestSeen;
  formats: Formats;
  open: boolean;
  onToggle(): void;
}

function RequestRow({ request, formats, open, onToggle }: RequestRowProps) {
  return (
    <li data-verdict={request.verdict}>
      <button
        type="button"
        class="request-head"
        aria-expanded={open}
        onClick={onToggle}
      >
        <span class="twist" aria-hidden="true" />
        <time dateTime={request.at}>{formats.time(Date.parse(request.at))}</time>
        <span class="chip">{VERDICTS[request.verdict]}</span>
        <span class="request-said" dir="auto">
          {summary(request)}
        </span>
        <span class="muted request-status">{request.status}</span>
      </button>
      {open && <RequestDetail request={request} />}
    </li>
  );
}

function RequestDetail({ request }: { request: RequestSeen }) {
  return (
    <div class="request-detail">
      <section>
        <h4>{t("admin.what_was_made_of_it")}</h4>
        <Meaning request={request} />
      </section>
      <section>
        <h4>{t("admin.what_arrived")}</h4>
        <Arrived request={request} />
      </section>
    </div>
  );
}

function Arrived({ request }: { request: RequestSeen }) {
  return (
    <>
      <p class="mono">{`${request.method} ${request.path}`}</p>
      <dl class="pairs mono">
        {request.remote && <Pair name="from" value={request.remote} />}
        {request.headers.map(([name, value], index) => (
          <Pair key={`${index}-${name}`} name={name} value={value} />
        ))}
      </dl>
      {request.body && <pre class="body">{readable(request.body)}</pre>}
      {request.cut && (
        <p class="muted">
          {t("admin.cut_the_body_has_bytes", { n: request.body_bytes })}
        </p>
      )}
    </>
  );
}

function Meaning({ request }: { request: RequestSeen }) {
  const { why, remedy, events, notes, repeated } = request;
  if (!why && events.length === 0) return <p>{summary(request)}.</p>;
  return (
    <>
      {why && (
        <p class="admin-why">
          {why}. {remedy}
        </p>
      )}
      {(why ? [] : events).map((event, index) => (
        <EventCard key={`${index}-${event.type}`} event={event} />
      ))}
      {notes.length > 0 && (
        <p class="muted">{t("admin.left_out_2", { join: notes.join("; ") })}</p>
      )}
      {repeated > 0 && (
        <p class="muted">{t("admin.delivered_before_dropped", { repeated })}</p>
      )}
    </>
  );
}

function EventCard({ event }: { event: EventSeen }) {
  return (
    <section class="event" data-ignored={event.type === "ignored"}>
      <h5>{event.type}</h5>
      <dl class="pairs">
        {fieldsOf(event).map(([name, value]) => (
          <Pair key={name} name={name} value={value} />
        ))}
      </dl>
    </section>
  );
}
