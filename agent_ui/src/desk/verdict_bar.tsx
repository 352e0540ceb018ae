// One line that an agent must not miss: may I sell?

import type { Pop } from "../state/model";
import { useDesk, useServerNow } from "./context";
import { type Figure, type Verdict, verdictOf } from "./verdict";

export function VerdictBar({ pop }: { pop: Pop }) {
  const { state } = useDesk();
  const verdict = verdictOf(pop.facets, state.hello?.facets ?? []);
  if (!verdict) return null;
  const undecided = !pop.chosen && pop.candidates.length > 1;
  const level = undecided ? "unknown" : verdict.level;
  return (
    <div class="verdict" data-level={level}>
      <strong>{undecided ? "First choose who it is" : verdict.headline}</strong>
      {!undecided && <Details verdict={verdict} />}
    </div>
  );
}

function Details({ verdict }: { verdict: Verdict }) {
  return (
    <>
      {verdict.level === "hold" && (
        <span dir="auto">
          {verdict.reason ? String(verdict.reason.value) : "Do not sell on account."}
        </span>
      )}
      {verdict.overdue && (
        <span>
          {verdict.level === "hold" ? "Overdue " : ""}
          <b>
            <Amount figure={verdict.overdue} />
          </b>
          {verdict.since && <Since figure={verdict.since} />}
        </span>
      )}
      {verdict.overLimitBy && (
        <span>
          {verdict.headline.startsWith("Over the") ? "by " : "Over the limit by "}
          <b>
            <Amount figure={verdict.overLimitBy} />
          </b>
        </span>
      )}
      {verdict.level === "good" && <span>Nothing overdue, no hold.</span>}
      {verdict.caveat && verdict.level !== "pending" && (
        <span class="caveat">{verdict.caveat}</span>
      )}
    </>
  );
}

function Amount({ figure }: { figure: Figure }) {
  const { formats } = useDesk();
  return <>{formats.value(figure.value, figure.column, figure.currency)}</>;
}

const DAY_MS = 86_400_000;

function Since({ figure }: { figure: Figure }) {
  const { formats } = useDesk();
  const now = useServerNow(3600);
  const days = Math.floor((now - Date.parse(String(figure.value))) / DAY_MS);
  const length = days > 0 ? ` (${formats.number(days)} days)` : "";
  const date = { ...figure.column, type: "date" as const };
  return <>{` since ${formats.value(figure.value, date, null)}${length}`}</>;
}
