// Which sources answer, and why not?

import { t } from "../i18n/words";
import type { Formats } from "../shared/format";
import type {
  Canaries,
  Contacts,
  Expiring,
  NumberCounts,
  Source,
  ValueLost,
} from "./answers";
import type { AdminProps } from "./lines";
import { TimesOfSource } from "./source_times";
import { canaryInWords, expiryInWords, SHARING, STATES } from "./words";

interface SourcesProps extends AdminProps {
  onExpired(): void;
}

export function Sources({ state, formats, now, onExpired }: SourcesProps) {
  return (
    <section class="admin-part" aria-labelledby="sources">
      <h2 id="sources">{t("admin.sources")}</h2>
      <ul class="admin-sources">
        {state.sources.map((source) => (
          <SourceRow key={source.source} {...{ source, formats, now, onExpired }} />
        ))}
      </ul>
    </section>
  );
}

interface KnownContactsProps {
  contacts: Contacts;
  formats: Formats;
  now: number;
}

/** How many customers are known by number, and what was left out of the last reading. */
function KnownContacts({ contacts, formats, now }: KnownContactsProps) {
  const { known, read_at, left_out, odd, trouble } = contacts;
  const read = read_at
    ? t("admin.read", { ago: formats.ago(Date.parse(read_at), now) })
    : "";
  const reasons = Object.entries(left_out).map(
    ([why, count]) => `${formats.number(count)} × ${why}`,
  );
  return (
    <>
      <p class="muted">
        {t("admin.customers_known_by_number", { n: known, read })}
        {reasons.length > 0 && t("admin.left_out", { join: reasons.join(", ") })}
      </p>
      {trouble && <p class="admin-failure">{trouble}</p>}
      {odd.map((said) => (
        <p class="admin-failure" key={said}>
          {said}
        </p>
      ))}
      {contacts.numbers && contacts.numbers.shared > 0 && (
        <SharedNumbers counts={contacts.numbers} formats={formats} />
      )}
    </>
  );
}

/** Which numbers have several customers: a household, a main number, a duplicate? */
function SharedNumbers({
  counts,
  formats,
}: {
  counts: NumberCounts;
  formats: Formats;
}) {
  const { shared, shared_main, most_shared } = counts;
  const main =
    shared_main > 0
      ? t("admin.main_numbers_with_extensions", {
          shared_main: formats.number(shared_main),
        })
      : "";
  return (
    <details class="admin-shared">
      <summary>
        {t("admin.shared_numbers", { shared: formats.number(shared), main })}
      </summary>
      <ul>
        {most_shared.map((one) => (
          <li key={`${one.number} ${one.keys.join()}`}>
            <bdi>{one.number}</bdi>
            {t("admin.customers", {
              customers: formats.number(one.customers),
              value: SHARING[one.of],
            })}
            {one.keys.join(", ")}
            {one.customers > one.keys.length && ", …"}
          </li>
        ))}
      </ul>
    </details>
  );
}

/** `balance: no value of open since 24 Nov, 10:12 (60 answers; before, 97% had one)`. */
function inWords(value: ValueLost, formats: Formats): string {
  const { lookup, column, since } = value;
  const [before, now] = [formats.percent(value.before), formats.percent(value.now)];
  const answers = formats.number(value.answers);
  return since === null
    ? t("admin.value_fewer", { lookup, now, answers, column, before })
    : t("admin.value_gone", {
        lookup,
        column,
        since: formats.dateTime(Date.parse(since)),
        answers,
        before,
      });
}

/** How long a key or certificate is valid; the words say it without colour, too. */
function DaysLeft({ expiring }: { expiring: Expiring }) {
  const tone = expiring.state;
  const look = tone === "good" ? "muted" : "admin-mark";
  return (
    <p class={look} data-tone={tone}>
      {expiryInWords(expiring)}
    </p>
  );
}

interface CanaryCallersProps {
  canaries: Canaries;
  formats: Formats;
  now: number;
}

/** Whether the source knew, at the last try, the callers that it must know. */
function CanaryCallers({ canaries, formats, now }: CanaryCallersProps) {
  const { results, tried_at } = canaries;
  const failing = results.filter((each) => each.outcome !== "found");
  return (
    <>
      <p class="muted">
        {t("admin.canaries_found", {
          ago: formats.ago(Date.parse(tried_at), now),
          found: formats.number(results.length - failing.length),
          all: formats.number(results.length),
          ms: formats.number(Math.round(Math.max(...results.map((each) => each.ms)))),
        })}
      </p>
      {failing.map((each) => (
        <p class="admin-mark" data-tone="critical" key={each.number}>
          <bdi>{canaryInWords(each)}</bdi>
        </p>
      ))}
    </>
  );
}

interface SourceRowProps {
  source: Source;
  formats: Formats;
  now: number;
  onExpired(): void;
}

function SourceRow({ source, formats, now, onExpired }: SourceRowProps) {
  const { label, connector, state, cache, retry_in_s, last_failure } = source;
  const ago = (at: string) => formats.ago(Date.parse(at), now);
  const retry =
    retry_in_s === null
      ? ""
      : t("admin.next_try_in", { seconds: formats.seconds(Math.ceil(retry_in_s)) });
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
          ? t("admin.last_answer", { last_answer_at: ago(source.last_answer_at) })
          : t("admin.no_answer_yet")}
        {cache.entries_max > 0 &&
          t("admin.of_answers_kept", {
            entries: formats.number(cache.entries),
            entries_max: formats.number(cache.entries_max),
          })}
      </p>
      {source.contacts && (
        <KnownContacts contacts={source.contacts} {...{ formats, now }} />
      )}
      {source.expiring?.map((each, at) => (
        <DaysLeft key={`${at} ${each.kind}`} expiring={each} />
      ))}
      {source.canaries && (
        <CanaryCallers canaries={source.canaries} {...{ formats, now }} />
      )}
      {source.lost?.map((value) => (
        <p class="admin-failure" key={`${value.lookup} ${value.column}`}>
          {inWords(value, formats)}
        </p>
      ))}
      {last_failure && (
        <p class="admin-failure">
          {t("admin.last_failure", { at: ago(last_failure.at), why: last_failure.why })}
        </p>
      )}
      {state !== "off" && (
        <TimesOfSource source={source.source} {...{ label, formats, onExpired }} />
      )}
    </li>
  );
}
