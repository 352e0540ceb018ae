// Did the offers help? Counted by reason and model, each number with its formula.

import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Refused, read, type Session } from "../shared/api";
import { Header } from "../shared/header";
import type { Change, Preferences } from "../shared/preferences";
import {
  type Insight,
  named,
  type OfferGroup,
  percent,
  type Share,
  verdict,
} from "./answers";

interface InsightPageProps {
  session: Session;
  preferences: Preferences;
  change: Change;
  onLogOut(): void;
  onExpired(): void;
}

export function InsightPage(props: InsightPageProps) {
  const { session, preferences, change, onLogOut, onExpired } = props;
  return (
    <>
      <Header {...{ session, preferences, change, onLogOut }} page="insight" />
      {session.user.role === "agent" ? (
        <main class="empty">
          <h1>This page is for supervisors</h1>
          <p>
            Your role is agent. <a href="/">Back to your desk</a>
          </p>
        </main>
      ) : (
        <Figures onExpired={onExpired} />
      )}
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
        <h1>What became of offers</h1>
        <fieldset class="periods">
          <legend class="hidden">Calls of the last</legend>
          {PERIODS.map((each) => (
            <button
              type="button"
              key={each}
              aria-pressed={days === each}
              onClick={() => setDays(each)}
            >
              {each === 365 ? "A year" : `${each} days`}
            </button>
          ))}
        </fieldset>
        {insight && (
          <p class="muted">{`Calls from ${insight.from} to ${insight.to}`}</p>
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

function isoDay(day: Date): string {
  const parts = [day.getFullYear(), day.getMonth() + 1, day.getDate()];
  return parts.map((part) => String(part).padStart(2, "0")).join("-");
}

function Asking() {
  return (
    <p class="muted" role="status">
      Asking…
    </p>
  );
}

function Report({ insight }: { insight: Insight }) {
  const { total, by_reason, by_model, by_facet, uplift, formulas } = insight.offers;
  if (total.shown === 0 && uplift.held_back.of === 0) {
    return (
      <section class="insight-none">
        <h2>No offers yet</h2>
        <p>
          No card of these days had offers while an agent talked. Offers come from
          lookups of the facets <code>recommendations</code> and <code>goes_with</code>.
          A row counts when it has an article number.
        </p>
      </section>
    );
  }
  return (
    <>
      <dl class="insight-tiles">
        <Tile label="Shown" formula={formulas.shown}>
          {total.shown}
        </Tile>
        <ShareTile label="Offered" share={total.offered} formula={formulas.offered} />
        <ShareTile label="Taken" share={total.taken} formula={formulas.taken} />
        <ShareTile label="Ordered" share={total.ordered} formula={formulas.ordered} />
      </dl>
      <section class="insight-uplift" title={formulas.uplift}>
        <h2>Did it help?</h2>
        <p>{verdict(uplift)}</p>
        <p class="muted">
          {`Ordered with offers ${counted(uplift.with_offers)}, held back ${counted(uplift.held_back)}.`}
        </p>
      </section>
      <Groups title="By reason" groups={by_reason} formulas={formulas} />
      <Groups title="By model" groups={by_model} formulas={formulas} />
      <Groups title="By list" groups={by_facet} formulas={formulas} />
      <section class="insight-formulas">
        <h2>How these are counted</h2>
        <dl>
          {Object.entries(formulas).map(([name, formula]) => (
            <div key={name}>
              <dt>{named(name)}</dt>
              <dd>{formula}</dd>
            </div>
          ))}
        </dl>
        <p class="muted">Nothing here is counted by agent.</p>
      </section>
    </>
  );
}

interface TileProps {
  label: string;
  formula: string | undefined;
  children: ComponentChildren;
}

function Tile({ label, formula, children }: TileProps) {
  return (
    <div class="insight-tile" title={formula}>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}

interface ShareTileProps extends Omit<TileProps, "children"> {
  share: Share;
}

function ShareTile({ label, formula, share }: ShareTileProps) {
  return (
    <Tile label={label} formula={formula}>
      {percent(share.share)}
      <span class="muted">{`${share.count} of ${share.of}`}</span>
    </Tile>
  );
}

function counted({ share, count, of }: Share): string {
  return of === 0 ? "– (none settled)" : `${percent(share)} (${count} of ${of})`;
}

interface GroupsProps {
  title: string;
  groups: OfferGroup[];
  formulas: Record<string, string>;
}

function Groups({ title, groups, formulas }: GroupsProps) {
  const shares = ["offered", "taken", "declined", "unsuitable", "ordered"] as const;
  return (
    <section class="insight-groups">
      <h2>{title}</h2>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls on narrow screens */}
      <section class="scrolls" tabIndex={0} aria-label={title}>
        <table>
          <thead>
            <tr>
              <th scope="col">{title.replace("By ", "")}</th>
              <th scope="col" class="right" title={formulas.shown}>
                Shown
              </th>
              {shares.map((name) => (
                <th key={name} scope="col" class="right" title={formulas[name]}>
                  {name === "unsuitable" ? "Not suitable" : named(name)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {groups.map((group) => (
              <tr key={group.name}>
                <th scope="row" dir="auto">
                  {named(group.name)}
                </th>
                <td class="right">{group.shown}</td>
                {shares.map((name) => (
                  <td key={name} class="right">
                    {percent(group[name].share)}{" "}
                    <span class="muted">{`${group[name].count}/${group[name].of}`}</span>
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </section>
  );
}
