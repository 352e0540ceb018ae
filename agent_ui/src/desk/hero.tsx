// Who is calling, on which line, and since when?

import { placeLabel } from "../i18n/labels";
import { said } from "../i18n/said";
import { language, t } from "../i18n/words";
import { duration, viewerFormats } from "../shared/format";
import { callerTitle, chosenCandidate, numberTitle, type Pop } from "../state/model";
import { Fit } from "./amount";
import { useCallNow, useDesk } from "./context";
import { isNumber } from "./dial";
import { consultWords } from "./handover";
import { SHOWN_ELSEWHERE } from "./identity";
import { CallLink, CopyButton } from "./phone";
import { overWords, phaseWord, sureness } from "./words";

interface HeroProps {
  pop: Pop;
  onChange(): void;
  changing: boolean;
}

export function Hero({ pop, onChange, changing }: HeroProps) {
  const reachable = pop.caller.presentation === "allowed";
  return (
    <header class="hero" data-reachable={reachable}>
      <CallLine pop={pop} />
      <div class="who">
        <Name title={callerTitle(pop)} company={companyOf(pop)} />
        <NumberLine pop={pop} />
        <SureLine pop={pop} onChange={onChange} changing={changing} />
      </div>
    </header>
  );
}

/** Characters from which on a name is set smaller, and how: see `desk.css`. */
const LENGTHS: [number, string][] = [
  [50, "very"],
  [34, "always"],
  [20, "narrow"],
];

/** A long name is set smaller; without a company it takes the company's line as well. */
function Name({ title, company }: { title: string; company: string }) {
  const long = LENGTHS.find(([characters]) => title.length > characters)?.[1] ?? "";
  return (
    <>
      <h2
        dir="auto"
        title={title}
        data-long={company ? "" : long}
        data-small={company ? long : ""}
      >
        <span class="name">{title}</span>
      </h2>
      <p class="company">
        <Fit text={company} />
      </p>
    </>
  );
}

function companyOf(pop: Pop): string {
  const company =
    chosenCandidate(pop)?.company ?? pop.facets.identity?.fields.company?.value;
  if (typeof company === "string" && company) return company;
  if (pop.chosen || pop.caller.presentation !== "allowed") return "";
  if (identityPending(pop)) return t("desk.looking_up");
  if (pop.candidates.length > 1)
    return t("desk.possible_customers", { n: pop.candidates.length });
  return t("desk.unknown_caller");
}

export function identityPending(pop: Pop): boolean {
  const identity = pop.facets.identity;
  if (identity) return identity.state === "pending";
  return Object.values(pop.facets).some((facet) => facet.state === "pending");
}

function CallLine({ pop }: { pop: Pop }) {
  const directions = {
    inbound: t("desk.incoming"),
    outbound: t("desk.outgoing"),
    internal: t("desk.internal"),
  };
  const queue = placeLabel(pop.queue_label ?? pop.queue);
  // Of an outgoing call `dialled` is our own side: what the customer sees.
  const outgoing = pop.direction === "outbound";
  const dialled = placeLabel(pop.dialled.label) ?? pop.dialled.display;
  return (
    <p class="call-line">
      <StatePill pop={pop} />
      <span>
        {pop.wrapUp ? (
          <CallOver pop={pop} />
        ) : (
          <Consultation pop={pop} otherwise={directions[pop.direction]} />
        )}
      </span>
      {queue && (
        <span>
          <span class="muted">{t("desk.queue")} </span>
          <b dir="auto">{queue}</b>
        </span>
      )}
      {dialled && (
        <span title={pop.dialled.display}>
          <span class="muted">{outgoing ? t("desk.from") : t("desk.dialled")}</span>
          <b dir="auto">{dialled}</b>
        </span>
      )}
      {pop.earlier_agents.length > 0 && (
        <span>
          <span class="muted">{t("desk.talked_before")} </span>
          <b dir="auto">{pop.earlier_agents.join(", ")}</b>
        </span>
      )}
      <Attributes pop={pop} />
    </p>
  );
}

/** In the place of the direction: it is a colleague who is on the line. */
function Consultation({ pop, otherwise }: { pop: Pop; otherwise: string }) {
  const words = consultWords(pop);
  if (!words) return <>{otherwise}</>;
  return (
    <b class="consult" data-role={pop.consult?.role} dir="auto">
      {words}
    </b>
  );
}

/** In the place of the direction, so that nothing moves when the call ends. */
function CallOver({ pop }: { pop: Pop }) {
  const talked = Date.parse(pop.ended_at ?? "") - Date.parse(pop.answered_at ?? "");
  const words = pop.closed ? overWords(pop.closed) : t("desk.call_over");
  return (
    <>
      {talked >= 0
        ? t("desk.talked", { words, duration: duration(talked / 1000) })
        : words}
    </>
  );
}

/** What the caller keyed in and what the exchange sent along. */
function Attributes({ pop }: { pop: Pop }) {
  return (
    <>
      {Object.entries(pop.attributes)
        .slice(0, 6)
        .map(([name, value]) => (
          <span key={name}>
            <span class="muted">{`${name} `}</span>
            <b dir="auto">
              {isNumber(name, value) ? (
                <CallLink number={value}>{value}</CallLink>
              ) : (
                value
              )}
            </b>
            {isNumber(name, value) && <CopyButton text={value} />}
          </span>
        ))}
    </>
  );
}

export function StatePill({ pop }: { pop: Pop }) {
  const now = useCallNow();
  const { word, since } = phaseOf(pop);
  const seconds = since ? (now - Date.parse(since)) / 1000 : 0;
  return (
    <span class="pill" data-state={pop.state}>
      <span class="dot" aria-hidden="true" />
      {word}
      <span class="timer">{duration(seconds)}</span>
    </span>
  );
}

export function phaseOf(pop: Pop): { word: string; since: string | null } {
  const calling = pop.state === "alerting" && pop.direction === "outbound";
  const since = {
    alerting: pop.alerting_at ?? pop.arrived_at,
    answered: pop.answered_at,
    held: pop.held_at ?? pop.answered_at,
    closed: pop.ended_at,
  };
  return {
    word: calling ? t("desk.calling") : phaseWord(pop.state),
    since: since[pop.state],
  };
}

function NumberLine({ pop }: { pop: Pop }) {
  const { caller } = pop;
  const known = callerTitle(pop) !== numberTitle(pop);
  return (
    <p class="number-line">
      {known && (
        <b dir="ltr">
          {caller.number ? (
            <CallLink number={caller.number}>{numberTitle(pop)}</CallLink>
          ) : (
            numberTitle(pop)
          )}
        </b>
      )}
      {!known && caller.number && (
        <CallLink number={caller.number} label={callWords(pop)}>
          {t("dial.call")}
        </CallLink>
      )}
      {caller.number && <CopyButton text={caller.number} />}
      {caller.region && (
        <span class="region">{territory(caller.region, caller.country)}</span>
      )}
      {caller.name && <span>{t("desk.network_says", { name: caller.name })}</span>}
    </p>
  );
}

/** The service names it in English. */
function territory(region: string, country: string | null): string {
  return country && language() !== "en" ? viewerFormats().country(country) : region;
}

function callWords(pop: Pop): string {
  return t("dial.call_number", { number: numberTitle(pop) });
}

function SureLine({ pop, onChange, changing }: HeroProps) {
  const known = chosenCandidate(pop);
  const reachable = pop.caller.presentation === "allowed";
  const others = pop.candidates.length - (known ? 1 : 0);
  const { client } = useDesk();
  if (!reachable && !known) return <p class="sure" />;
  return (
    <p class="sure">
      {known && (
        <span class="sure-word" data-sure={sureness(known.confidence)}>
          {t(`desk.${sureness(known.confidence)}`)}
        </span>
      )}
      {known && (
        <span class="why" dir="auto" title={said(known.why)}>
          {said(known.why)}
        </span>
      )}
      <Disagreement pop={pop} />
      {known && (
        <button type="button" class="link" aria-expanded={changing} onClick={onChange}>
          {others > 0 ? t("desk.not_them_more", { n: others }) : t("desk.not_them")}
        </button>
      )}
      {pop.chosen_by_agent && (
        <button
          type="button"
          class="link"
          title={t("find.undo_title")}
          onClick={() => client.undoChoice(pop.call_id)}
        >
          {t("find.undo")}
        </button>
      )}
    </p>
  );
}

/** A source that tells another name or company: other fields say so in their cell. */
function Disagreement({ pop }: { pop: Pop }) {
  const { state } = useDesk();
  const fields = Object.entries(pop.facets.identity?.fields ?? {});
  const [name, field] =
    fields.find(([of, each]) => SHOWN_ELSEWHERE.includes(of) && each.others.length) ??
    [];
  const other = field?.others[0];
  if (!other) return null;
  const shape = state.hello?.facets.find((each) => each.name === "identity");
  const label = shape?.fields.find((each) => each.name === name)?.label ?? name;
  const words = t("desk.says", {
    label: label ?? "",
    source: other.source,
    value: String(other.value ?? ""),
  });
  return (
    <span class="differs warn" title={words}>
      {words}
    </span>
  );
}
