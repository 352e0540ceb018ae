// What does the sales policy ask of the agent in this call, and why?

import { said } from "../i18n/said";
import { t, textsOf } from "../i18n/words";
import type { Pop } from "../state/model";
import { offerOf } from "../state/offers";
import type { PolicyKind, PolicyLine, PolicyValue } from "../wire/frames";
import { useDesk, useServerNow } from "./context";
import { OfferMarks } from "./offers";

const KINDS: Record<PolicyKind, string> = textsOf({
  avoid: "desk.avoid",
  warn: "desk.warning",
  do: "desk.next_step",
  offer: "desk.offer",
});

/** At most three lines; room for one is kept, so that the usual moves nothing. */
export function PolicyLines({ pop }: { pop: Pop }) {
  const { state } = useDesk();
  if (!state.hello?.has_policy) return null;
  return (
    <ul class="policy" aria-label={t("desk.sales_policy")}>
      {pop.policy.map((line) => (
        <Line key={line.rule} line={line} pop={pop} />
      ))}
    </ul>
  );
}

/** Its values and their sources show under the pointer, with the focus, or always. */
function Line({ line, pop }: { line: PolicyLine; pop: Pop }) {
  const { sources } = useDesk();
  const tip = `policy-${line.rule}`;
  return (
    <li data-kind={line.kind} data-rule={line.rule}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: its reasons by keyboard */}
      <div class="policy-line" tabIndex={0} aria-describedby={tip}>
        <span class="policy-kind">{KINDS[line.kind]}</span>
        <span class="policy-words">
          <strong dir="auto">{line.say}</strong>
          {line.because && (
            <span class="policy-because" dir="auto">
              {line.because}
            </span>
          )}
        </span>
      </div>
      <OfferMarks pop={pop} offer={offerOf(line)} />
      <div class="policy-values" id={tip} data-always={sources} role="tooltip">
        <dl>
          {line.values.map((value) => (
            <Value key={value.name} value={value} />
          ))}
        </dl>
      </div>
    </li>
  );
}

function Value({ value }: { value: PolicyValue }) {
  const { formats } = useDesk();
  const now = useServerNow(5);
  const at = value.fetched_at ? formats.age(Date.parse(value.fetched_at), now) : "";
  const older = value.state === "stale" ? t("desk.older_value") : "";
  const origin = [said(value.source) || t("desk.this_call"), at, older]
    .filter(Boolean)
    .join(" · ");
  return (
    <div>
      <dt>{said(value.label)}</dt>
      <dd>
        <span dir="auto">{value.value}</span>
        <span class="muted">{origin}</span>
      </dd>
    </div>
  );
}

/** What is said aloud: the lines themselves, not their reasons. */
export function policyWords(lines: PolicyLine[]): string {
  return lines.map((line) => `${KINDS[line.kind]}: ${line.say}.`).join(" ");
}
