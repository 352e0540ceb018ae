// Did the offers help? Counted by reason and model, each number with its formula.

import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { placeLabel } from "../i18n/labels";
import { said } from "../i18n/said";
import { t, textsOf, tNodes } from "../i18n/words";
import { Refused, read, type Session } from "../shared/api";
import { isoDay } from "../shared/days";
import { ForSupervisors } from "../shared/for_supervisors";
import { viewerFormats } from "../shared/format";
import { Header } from "../shared/header";
import {
  counted,
  figure,
  type Grouping,
  groupings,
  type Insight,
  named,
  PERCENT_FROM,
  type Share,
  support,
  verdict,
} from "./answers";

interface InsightPageProps {
  session: Session;
  onLogOut(): void;
  onExpired(): void;
}

export function InsightPage(props: InsightPageProps) {
  const { session, onLogOut, onExpired } = props;
  return (
    <>
      <Header {...{ session, onLogOut }} page="insight" />
      <ForSupervisors {...{ session }}>
        <Figures onExpired={onExpired} />
      </ForSupervisors>
    </>
  );
}

const PERIODS = [7, 28, 90, 365];
const DAY_MS = 86_400_000;

function Figures({ onExpired }: { onExpired(): void }) {
  const [days, setDays] = useState(28);
  const [insight, setInsight] = useState<Insight | null>(null);
  const [trouble, setTrouble] = useState<string | null>(null);
  useEffect(() => {
    let wanted = true;
    const from = new Date(Date.now() - (days - 1) * DAY_MS);
    read<Insight>(`/v1/insight?from=${isoDay(from)}`)
      .then((answer) => {
        if (!wanted) return;
        setInsight(answer);
        setTrouble(null);
      })
      .catch((error: unknown) => {
        if (!(error instanceof Refused)) throw error;
        if (error.status === 401) onExpired();
        else if (wanted) setTrouble(`${error.message} ${error.remedy}`.trim());
      });
    return () => {
      wanted = false;
    };
  }, [days]);
  return (
    <main class="insight">
      <header class="insight-head">
        <h1>{t("insight.what_became_of_offers")}</h1>
        <fieldset class="periods">
          <legend class="hidden">{t("insight.calls_of_the_last")}</legend>
          {PERIODS.map((each) => (
            <button
              type="button"
              key={each}
              aria-pressed={days === each}
              onClick={() => setDays(each)}
            >
              {each === 365 ? t("insight.a_year") : t("insight.days", { n: each })}
            </button>
          ))}
        </fieldset>
        {insight && (
          <p class="muted">
            {t("insight.calls_from_to", {
              from: viewerFormats().day(insight.from, true),
              to: viewerFormats().day(insight.to, true),
            })}
          </p>
        )}
      </header>
      {trouble && (
        <p class="banner" role="status">
          {trouble}
        </p>
      )}
      {insight ? <Report insight={insight} /> : !trouble && <Asking />}
    </main>
  );
}

function Asking() {
  return (
    <p class="muted" role="status">
      {t("insight.asking")}
    </p>
  );
}

function Report({ insight }: { insight: Insight }) {
  const { total, uplift, formulas } = insight.offers;
  if (total.shown === 0 && uplift.held_back.of === 0) return <NoOffers />;
  return (
    <>
      <dl class="insight-tiles">
        <Tile name="shown" formula={formulas.shown}>
          {viewerFormats().count(total.shown)}
          <small>{t("insight.offers")}</small>
        </Tile>
        {(["offered", "taken", "ordered"] as const).map((name) => (
          <Tile key={name} name={name} formula={formulas[name]}>
            {figure(total[name])}
            <small>{support(total[name])}</small>
          </Tile>
        ))}
      </dl>
      <section>
        <h2>{t("insight.did_it_help")}</h2>
        <p>{verdict(uplift)}</p>
        <p class="muted">
          {t("insight.ordered_with_offers_held_back", {
            with_offers: counted(uplift.with_offers),
            held_back: counted(uplift.held_back),
          })}
        </p>
        <p class="muted">{said(`${formulas.uplift}.`)}</p>
      </section>
      {groupings(insight).map((each) => (
        <Groups key={each.title} grouping={each} formulas={formulas} />
      ))}
      <Formulas formulas={formulas} />
    </>
  );
}

function Formulas({ formulas }: { formulas: Record<string, string> }) {
  return (
    <section class="insight-formulas">
      <h2>{t("insight.how_these_are_counted")}</h2>
      <dl>
        {Object.entries(formulas).map(([name, formula]) => (
          <div key={name}>
            <dt>{named(name)}</dt>
            <dd>{said(formula)}</dd>
          </div>
        ))}
      </dl>
      <p class="muted">
        {t("insight.below_a_share_its_counts", {
          percent: viewerFormats().percent(0.95),
          _p_e_r_c_e_n_t__f_r_o_m: PERCENT_FROM,
        })}
      </p>
    </section>
  );
}

/** Why there may be none, and what to do about it. */
function NoOffers() {
  return (
    <section>
      <h2>{t("insight.no_offers_in_this_time")}</h2>
      <p>{t("insight.an_offer_counts_when_it")}</p>
      <ul class="insight-steps">
        <li>{t("insight.choose_a_longer_time_above")}</li>
        <li>
          {tNodes("insight.are_there_offers", {
            orders: <code>orders</code>,
            items: <code>items</code>,
            recommendations: <code>recommendations</code>,
            goes_with: <code>goes_with</code>,
            sku: <code>sku</code>,
            offer: <code>offer</code>,
          })}
        </li>
        <li>
          {tNodes("insight.ask_an_administrator", {
            command: <code>screenpop insight explain CUSTOMER</code>,
          })}
        </li>
      </ul>
    </section>
  );
}

interface TileProps {
  name: string;
  formula: string | undefined;
  children: ComponentChildren;
}

function Tile({ name, formula, children }: TileProps) {
  return (
    <div class="insight-tile" data-figure={name}>
      <dt>{named(name)}</dt>
      <dd>{children}</dd>
      <dd class="insight-formula">{said(formula ?? "")}</dd>
    </div>
  );
}

const SHARES = ["offered", "taken", "declined", "unsuitable", "ordered"] as const;

type ShareName = (typeof SHARES)[number];

/** The formula in brief: what the share is of. */
const OF: Record<ShareName, string> = textsOf({
  offered: "insight.of_shown",
  taken: "insight.of_offered",
  declined: "insight.of_offered",
  unsuitable: "insight.of_offered",
  ordered: "insight.of_shown_14_days_ago",
});

interface GroupsProps {
  grouping: Grouping;
  formulas: Record<string, string>;
}

/** On a narrow screen a row is a block, and each cell has its label. */
function Groups({ grouping, formulas }: GroupsProps) {
  const { title, head, groups, none, labels } = grouping;
  return (
    <section class="insight-groups">
      <h2>{title}</h2>
      <table>
        <thead>
          <tr>
            <th scope="col">{head}</th>
            <th scope="col" title={said(formulas.shown ?? "")}>
              {t("insight.shown")}
            </th>
            {SHARES.map((name) => (
              <th key={name} scope="col" title={said(formulas[name] ?? "")}>
                {named(name)} <small>{OF[name]}</small>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {groups.map((group) => (
            <tr key={group.name} data-group={group.name}>
              <th scope="row" dir="auto" title={group.name}>
                {group.name === ""
                  ? none
                  : (placeLabel(labels[group.name]) ?? named(group.name))}
              </th>
              <td data-label={t("insight.shown")}>
                {viewerFormats().count(group.shown)}
              </td>
              {SHARES.map((name) => (
                <ShareCell key={name} name={name} share={group[name]} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function ShareCell({ name, share }: { name: ShareName; share: Share }) {
  const isFew = share.of < PERCENT_FROM;
  return (
    <td data-label={`${named(name)} ${OF[name]}`} data-few={isFew}>
      {figure(share)}
      {!isFew && <small>{support(share)}</small>}
    </td>
  );
}
