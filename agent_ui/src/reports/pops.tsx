// Does the pop help? How often, early and whole cards came, and how long calls took.

import { viewerFormats } from "../shared/format";
import { useReading } from "../shared/reading";
import { Waiting } from "../shared/waiting";
import type {
  FacetHelp,
  HandleComparison,
  HandleTimes,
  PopHelp,
  Stage,
} from "./answers";
import { rangeQuery } from "./choice";

import type { ViewProps } from "./view";
import { countOf, NONE, shown } from "./words";

const STAGE_WORDS: Record<string, string> = {
  pop: "Pop",
  painted: "of this in the browser",
  complete: "Whole card",
};

export function Pops({ choice, from, to, onExpired }: ViewProps) {
  const path = `/v1/stats/pops?${rangeQuery(choice, from, to)}`;
  const { answer, trouble, ...rest } = useReading<PopHelp>(path, onExpired);
  if (!answer) return <Waiting reading={{ answer, trouble, ...rest }} />;
  if (answer.calls === 0) {
    return (
      <section class="reports-wide">
        <h2>Does the pop help?</h2>
        <p>No call rang at an agent in this time. Choose more days above.</p>
      </section>
    );
  }
  return (
    <section class="reports-wide pops">
      <h2>Does the pop help?</h2>
      {trouble && <p role="alert">{trouble}</p>}
      <p class="muted">
        {`${countOf(answer.calls)} calls from outside that rang at an agent and are over.`}
        {answer.left_out && ` ${answer.left_out}`}
      </p>
      <Shares found={answer} />
      <Stages stages={answer.stages} />
      <Facets facets={answer.facets} />
      <HandleTable rows={answer.handle_times} />
    </section>
  );
}

function Shares({ found }: { found: PopHelp }) {
  const { calls, matched, with_number, answered, delivered, before_answer } = found;
  const parts = [
    {
      label: "Match rate",
      share: found.match_rate,
      words: `${countOf(matched)} of ${countOf(calls)} calls with a customer; ${shown(with_number === 0 ? null : matched / with_number, "ratio")} of those with a number`,
    },
    {
      label: "Card before the answer",
      share: found.before_answer_rate,
      words: `${countOf(before_answer)} of ${countOf(answered)} answered calls; ${countOf(delivered)} had a card on a screen`,
    },
  ];
  return (
    <dl class="pop-shares">
      {parts.map(({ label, share, words }) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>
            <strong>{shown(share, "ratio")}</strong> <span class="muted">{words}</span>
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Stages({ stages }: { stages: Stage[] }) {
  return (
    <table class="by-block">
      <caption>How soon</caption>
      <thead>
        <tr>
          <th scope="col">Stage</th>
          <th scope="col">Cards</th>
          <th scope="col">Half within</th>
          <th scope="col">95 of 100 within</th>
          <th scope="col">99 of 100 within</th>
        </tr>
      </thead>
      <tbody>
        {stages.map((stage) => (
          <tr key={stage.name}>
            <th scope="row">
              {STAGE_WORDS[stage.name] ?? stage.name}
              <small class="muted">{stage.formula}</small>
            </th>
            <td data-label="Cards">{countOf(stage.cards)}</td>
            <td data-label="Half within">{milliseconds(stage.p50)}</td>
            <td data-label="95 of 100 within">{milliseconds(stage.p95)}</td>
            <td data-label="99 of 100 within">{milliseconds(stage.p99)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Facets({ facets }: { facets: FacetHelp[] }) {
  if (facets.length === 0) return <p>No card had a facet.</p>;
  const of = (part: number, whole: number) =>
    shown(whole === 0 ? null : part / whole, "ratio");
  return (
    <table class="by-block">
      <caption>Facets on cards, whether or not a browser showed them</caption>
      <thead>
        <tr>
          <th scope="col">Facet</th>
          <th scope="col">Cards</th>
          <th scope="col">Filled</th>
          <th scope="col">Empty</th>
          <th scope="col">Failed</th>
          <th scope="col">There before the answer</th>
        </tr>
      </thead>
      <tbody>
        {facets.map((each) => (
          <tr key={each.facet}>
            <th scope="row">{each.label}</th>
            <td data-label="Cards">{countOf(each.cards)}</td>
            <td data-label="Filled">{of(each.filled, each.cards)}</td>
            <td data-label="Empty">{of(each.empty, each.cards)}</td>
            <td data-label="Failed">{of(each.failed, each.cards)}</td>
            <td data-label="There before the answer">
              {of(each.before_answer, each.answered)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function HandleTable({ rows }: { rows: HandleComparison[] }) {
  if (rows.length === 0)
    return <p>No handle times: too few agents, or no answered call.</p>;
  return (
    <>
      <table class="by-block handle-times">
        <caption>
          Handle time of calls with a complete profile and of the others
        </caption>
        <thead>
          <tr>
            <th scope="col">Queue</th>
            <th scope="col">Complete profile</th>
            <th scope="col">Others</th>
            <th scope="col">Difference</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.queue ?? " all"}>
              <th scope="row">
                {row.label}
                <small class="muted">{row.words}</small>
              </th>
              <td data-label="Complete profile">
                <Times times={row.complete} />
              </td>
              <td data-label="Others">
                <Times times={row.others} />
              </td>
              <td data-label="Difference">
                {row.difference_s === null ? "–" : signed(row.difference_s)}
                <Interval low={row.low_s} high={row.high_s} words={signed} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class="muted">
        {`In brackets the ${viewerFormats().percent(0.95)} interval of a mean, or of the difference (Welch). `}
        Complete: the customer is known, and each source that was asked gave an answer.
      </p>
    </>
  );
}

function Times({ times }: { times: HandleTimes }) {
  return (
    <>
      {shown(times.mean_s, "seconds")}
      <Interval
        low={times.low_s}
        high={times.high_s}
        words={(value) => shown(value, "seconds")}
      />
      <small class="muted">{`${countOf(times.calls)} calls`}</small>
    </>
  );
}

interface IntervalProps {
  low: number | null;
  high: number | null;
  words(value: number): string;
}

function Interval({ low, high, words }: IntervalProps) {
  if (low === null || high === null) return null;
  return <small class="muted">{`(${words(low)} to ${words(high)})`}</small>;
}

function milliseconds(value: number | null): string {
  if (value === null) return NONE;
  const formats = viewerFormats();
  return value < 1000 ? formats.milliseconds(value) : formats.seconds(value / 1000);
}

function signed(seconds: number): string {
  return viewerFormats().signedSeconds(seconds);
}
