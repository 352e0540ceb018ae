// Does the pop help? How often, early and whole cards came, and how long calls took.

import type { ComponentChildren } from "preact";
import { placeLabel } from "../i18n/labels";
import { said } from "../i18n/said";
import { t, textsOf } from "../i18n/words";
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
import { type Opened, rangeQuery } from "./choice";
import { fewAgents, whyHidden } from "./parts";
import type { ViewProps } from "./view";
import { addDays, countOf, NONE, shown } from "./words";

const STAGE_WORDS: Record<string, string> = textsOf({
  pop: "reports.pop",
  painted: "reports.of_this_in_the_browser",
  complete: "reports.whole_card",
});

type OpenFigure = (figure: string, more?: Partial<Opened>) => void;

export function Pops({ choice, from, to, onOpen, onExpired }: ViewProps) {
  const open: OpenFigure = (figure, more = {}) =>
    onOpen([], from, addDays(to, 1), { figure, ...more });
  const path = `/v1/stats/pops?${rangeQuery(choice, from, to)}`;
  const { answer, trouble, ...rest } = useReading<PopHelp>(path, onExpired);
  if (!answer) return <Waiting reading={{ answer, trouble, ...rest }} />;
  if (answer.calls === 0) {
    return (
      <section class="reports-wide">
        <h2>{t("reports.does_the_pop_help")}</h2>
        <p>{t("reports.no_call_rang_at_an")}</p>
      </section>
    );
  }
  return (
    <section class="reports-wide pops">
      <h2>{t("reports.does_the_pop_help")}</h2>
      {trouble && <p role="alert">{trouble}</p>}
      <p class="muted">
        {t("reports.calls_from_outside_that_rang", { calls: countOf(answer.calls) })}
        {answer.left_out && ` ${said(answer.left_out)}`}
      </p>
      <Shares found={answer} onOpen={open} />
      <Stages stages={answer.stages} onOpen={open} />
      <Facets facets={answer.facets} onOpen={open} />
      <HandleTable rows={answer.handle_times} onOpen={open} />
    </section>
  );
}

function Shares({ found, onOpen }: { found: PopHelp; onOpen: OpenFigure }) {
  const { calls, matched, with_number, answered, delivered, before_answer } = found;
  const parts = [
    {
      label: t("reports.match_rate"),
      figure: "matched",
      share: found.match_rate,
      words: t("reports.of_calls_with_a_customer", {
        matched: countOf(matched),
        calls: countOf(calls),
        shown: shown(with_number === 0 ? null : matched / with_number, "ratio"),
      }),
    },
    {
      label: t("reports.card_before_the_answer"),
      figure: "before_answer",
      share: found.before_answer_rate,
      words: t("reports.of_answered_calls_had_a", {
        before_answer: countOf(before_answer),
        answered: countOf(answered),
        delivered: countOf(delivered),
      }),
    },
  ];
  return (
    <dl class="pop-shares">
      {parts.map(({ label, figure, share, words }) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>
            <strong>
              <Figure count={share ?? 0} onOpen={() => onOpen(figure)}>
                {shown(share, "ratio")}
              </Figure>
            </strong>{" "}
            <span class="muted">{words}</span>
          </dd>
        </div>
      ))}
    </dl>
  );
}

interface FigureProps {
  /** Without any there are no calls to open. */
  count: number;
  onOpen(): void;
  children: ComponentChildren;
}

function Figure({ count, onOpen, children }: FigureProps) {
  if (count === 0) return <>{children}</>;
  return (
    <button type="button" class="link" onClick={onOpen}>
      {children}
    </button>
  );
}

function Stages({ stages, onOpen }: { stages: Stage[]; onOpen: OpenFigure }) {
  return (
    <table class="by-block">
      <caption>{t("reports.how_soon")}</caption>
      <thead>
        <tr>
          <th scope="col">{t("reports.stage")}</th>
          <th scope="col">{t("reports.cards")}</th>
          <th scope="col">{t("reports.half_within")}</th>
          <th scope="col">{t("reports.95_of_100_within")}</th>
          <th scope="col">{t("reports.99_of_100_within")}</th>
        </tr>
      </thead>
      <tbody>
        {stages.map((stage) => (
          <tr key={stage.name}>
            <th scope="row">
              {STAGE_WORDS[stage.name] ?? stage.name}
              <small class="muted">{said(stage.formula)}</small>
            </th>
            <td data-label={t("reports.cards")}>
              <Figure count={stage.cards} onOpen={() => onOpen(`stage_${stage.name}`)}>
                {countOf(stage.cards)}
              </Figure>
            </td>
            <td data-label={t("reports.half_within")}>{milliseconds(stage.p50)}</td>
            <td data-label={t("reports.95_of_100_within")}>
              {milliseconds(stage.p95)}
            </td>
            <td data-label={t("reports.99_of_100_within")}>
              {milliseconds(stage.p99)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Facets({ facets, onOpen }: { facets: FacetHelp[]; onOpen: OpenFigure }) {
  if (facets.length === 0) return <p>{t("reports.no_card_had_a_facet")}</p>;
  const of = (part: number, whole: number) =>
    shown(whole === 0 ? null : part / whole, "ratio");
  return (
    <>
      <table class="by-block">
        <caption>{t("reports.facets_on_cards_whether_or")}</caption>
        <thead>
          <tr>
            <th scope="col">{t("reports.facet")}</th>
            <th scope="col">{t("reports.cards")}</th>
            <th scope="col">{t("reports.filled")}</th>
            <th scope="col">{t("reports.empty")}</th>
            <th scope="col">{t("reports.failed")}</th>
            <th scope="col">{t("reports.there_before_the_answer")}</th>
            <th scope="col">{t("reports.facet_opened")}</th>
            <th scope="col">{t("reports.never_opened")}</th>
          </tr>
        </thead>
        <tbody>
          {facets.map((each) => (
            <tr key={each.facet}>
              <th scope="row">{each.label}</th>
              <td data-label={t("reports.cards")}>
                <Figure
                  count={each.cards}
                  onOpen={() => onOpen("cards", { facet: each.facet })}
                >
                  {countOf(each.cards)}
                </Figure>
              </td>
              <td data-label={t("reports.filled")}>
                <Figure
                  count={each.filled}
                  onOpen={() => onOpen("filled", { facet: each.facet })}
                >
                  {of(each.filled, each.cards)}
                </Figure>
              </td>
              <td data-label={t("reports.empty")}>
                <Figure
                  count={each.empty}
                  onOpen={() => onOpen("empty", { facet: each.facet })}
                >
                  {of(each.empty, each.cards)}
                </Figure>
              </td>
              <td data-label={t("reports.failed")}>
                <Figure
                  count={each.failed}
                  onOpen={() => onOpen("failed", { facet: each.facet })}
                >
                  {of(each.failed, each.cards)}
                </Figure>
              </td>
              <td data-label={t("reports.there_before_the_answer")}>
                <Figure
                  count={each.before_answer}
                  onOpen={() => onOpen("before_answer", { facet: each.facet })}
                >
                  {of(each.before_answer, each.answered)}
                </Figure>
              </td>
              <td data-label={t("reports.facet_opened")}>
                {each.looks ? of(each.looks.opened, each.looks.calls) : NONE}
              </td>
              <td data-label={t("reports.never_opened")}>
                <NeverOpened of={each} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class="muted">{t("reports.opened_means")}</p>
    </>
  );
}

/** No calls are opened here: each would say what one agent looked at. */
function NeverOpened({ of: { looks, few_agents } }: { of: FacetHelp }) {
  if (few_agents) {
    return (
      <span title={whyHidden()}>
        {NONE} <small class="why-none">{fewAgents()}</small>
      </span>
    );
  }
  if (!looks) return <>{NONE}</>;
  const { always_in_view, never_opened_rate } = looks;
  return (
    <>
      {always_in_view ? t("reports.always_in_view") : shown(never_opened_rate, "ratio")}
      <small>{t("reports.n_calls", { n: looks.calls })}</small>
    </>
  );
}

function HandleTable(props: { rows: HandleComparison[]; onOpen: OpenFigure }) {
  const { rows, onOpen } = props;
  const of = ({ queue }: HandleComparison) => (queue === null ? {} : { queue });
  if (rows.length === 0) return <p>{t("reports.no_handle_times_too_few")}</p>;
  return (
    <>
      <table class="by-block handle-times">
        <caption>{t("reports.handle_time_of_calls_with")}</caption>
        <thead>
          <tr>
            <th scope="col">{t("reports.queue")}</th>
            <th scope="col">{t("reports.complete_profile")}</th>
            <th scope="col">{t("reports.others")}</th>
            <th scope="col">{t("reports.difference")}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.queue ?? " all"}>
              <th scope="row">
                {row.queue ? placeLabel(row.label) : said(row.label)}
                <small class="muted">{said(row.words)}</small>
              </th>
              <td data-label={t("reports.complete_profile")}>
                <Times
                  times={row.complete}
                  onOpen={() => onOpen("complete", of(row))}
                />
              </td>
              <td data-label={t("reports.others")}>
                <Times times={row.others} onOpen={() => onOpen("others", of(row))} />
              </td>
              <td data-label={t("reports.difference")}>
                {row.difference_s === null ? "–" : signed(row.difference_s)}
                <Interval low={row.low_s} high={row.high_s} words={signed} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class="muted">
        {t("reports.in_brackets_the_interval_of", {
          percent: viewerFormats().percent(0.95),
        })}
        {t("reports.complete_the_customer_is_known")}
      </p>
    </>
  );
}

function Times({ times, onOpen }: { times: HandleTimes; onOpen(): void }) {
  return (
    <>
      {shown(times.mean_s, "seconds")}
      <Interval
        low={times.low_s}
        high={times.high_s}
        words={(value) => shown(value, "seconds")}
      />
      <Figure count={times.calls} onOpen={onOpen}>
        <small>{t("reports.n_calls", { n: times.calls })}</small>
      </Figure>
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
  return (
    <small class="muted">
      {t("reports.to_2", { low: words(low), high: words(high) })}
    </small>
  );
}

function milliseconds(value: number | null): string {
  if (value === null) return NONE;
  const formats = viewerFormats();
  return value < 1000 ? formats.milliseconds(value) : formats.seconds(value / 1000);
}

function signed(seconds: number): string {
  return viewerFormats().signedSeconds(seconds);
}
