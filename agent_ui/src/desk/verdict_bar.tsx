// One line that an agent must not miss: may I sell?

import type { VNode } from "preact";
import { t, tNodes } from "../i18n/words";
import type { Formats } from "../shared/format";
import type { Pop } from "../state/model";
import type { FacetShape } from "../wire/frames";
import { Amount, Said } from "./amount";
import { useDesk, useServerNow } from "./context";
import { type Figure, type Verdict, verdictOf } from "./verdict";

export function VerdictBar({ pop }: { pop: Pop }) {
  const { state } = useDesk();
  const verdict = verdictOf(pop.facets, state.hello?.facets ?? []);
  if (!verdict) return null;
  const undecided = isUndecided(pop);
  const level = undecided ? "unknown" : verdict.level;
  return (
    <div class="verdict" data-level={level}>
      <strong>{undecided ? t("desk.first_choose_who_it_is") : verdict.headline}</strong>
      {!undecided && <Details verdict={verdict} />}
    </div>
  );
}

function isUndecided(pop: Pop): boolean {
  return !pop.chosen && pop.candidates.length > 1;
}

/** What is said aloud once it is known; nothing while sources are asked. */
export function verdictWords(pop: Pop, shapes: FacetShape[], formats: Formats): string {
  const verdict = verdictOf(pop.facets, shapes);
  if (!verdict || isUndecided(pop) || verdict.level === "pending") return "";
  const { headline, reason, overdue, holdNotKnown } = verdict;
  const amount = (figure: Figure) =>
    formats.value(figure.value, figure.column, figure.currency);
  const said = [
    headline,
    reason ? String(reason.value) : null,
    overdue ? amount(overdue) : null,
    holdNotKnown,
  ];
  return `${said.filter(Boolean).join(", ")}.`;
}

function Details({ verdict }: { verdict: Verdict }) {
  return (
    <>
      {verdict.level === "hold" && (
        <span class="reason" dir="auto">
          {verdict.reason
            ? String(verdict.reason.value)
            : t("desk.do_not_sell_on_account")}
        </span>
      )}
      {verdict.overdue && (
        <span>
          <Overdue
            amount={<FigureAmount figure={verdict.overdue} />}
            named={verdict.level === "hold"}
          />
          {verdict.since && <Since figure={verdict.since} />}
        </span>
      )}
      {verdict.overLimitBy && (
        <span>
          {tNodes(
            verdict.level === "warning" && !verdict.overdue
              ? "desk.by_amount"
              : "desk.over_the_limit_by",
            { amount: <FigureAmount figure={verdict.overLimitBy} /> },
          )}
        </span>
      )}
      {verdict.holdNotKnown && <span class="hold-unknown">{verdict.holdNotKnown}</span>}
      {["good", "stale"].includes(verdict.level) && verdict.fine && (
        <span>{verdict.fine}</span>
      )}
      <Caveat verdict={verdict} />
    </>
  );
}

/** What is missing, and how old the values are on which this rests. */
function Caveat({ verdict }: { verdict: Verdict }) {
  const { formats } = useDesk();
  const now = useServerNow(5);
  const since = Date.parse(verdict.staleSince ?? "");
  const age = Number.isFinite(since) ? formats.ago(since, now) : null;
  if (!verdict.caveat || verdict.level === "pending") return null;
  return (
    <span class="caveat">
      {verdict.caveat}
      {age && <>{tNodes("desk.from_age", { age: <Said>{age}</Said> })}</>}
    </span>
  );
}

function Overdue({ amount, named }: { amount: VNode; named: boolean }) {
  return <>{named ? tNodes("desk.overdue_amount", { amount }) : amount}</>;
}

function FigureAmount({ figure }: { figure: Figure }) {
  return (
    <b>
      <Amount {...figure} whole />
    </b>
  );
}

const DAY_MS = 86_400_000;

function Since({ figure }: { figure: Figure }) {
  const { formats } = useDesk();
  const now = useServerNow(3600);
  const days = Math.floor((now - Date.parse(String(figure.value))) / DAY_MS);
  const date = { ...figure.column, type: "date" as const };
  return (
    <>
      {" "}
      {tNodes("desk.since_date", {
        date: <Said>{formats.value(figure.value, date, null)}</Said>,
      })}
      {days > 0 && <Said>{` ${t("desk.in_days", { n: days })}`}</Said>}
    </>
  );
}
