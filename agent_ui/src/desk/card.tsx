// How is one call's card put together?

import type { Ref } from "preact";
import { t } from "../i18n/words";
import { Later } from "../shared/later";
import { useStore } from "../shared/store";
import { namedBy } from "../state/calls";
import { callerTitle, numberTitle, type Pop } from "../state/model";
import type { CardLayout, FacetShape } from "../wire/frames";
import { Chooser } from "./chooser";
import { useDesk } from "./context";
import { FacetPanel } from "./facet";
import { FindCustomer } from "./find";
import { Glance } from "./glance_line";
import { ForYou, Handover } from "./handover";
import { Hero, identityPending } from "./hero";
import { Identity } from "./identity";
import { type Lane, lanesOf, layoutFor, placed, type Size } from "./lanes";
import { useTrimmed } from "./learned";
import { useDeeds } from "./looks";
import { useOffersShown } from "./offers";
import { PolicyLines } from "./policy";
import { timeline } from "./timeline_open";
import { UrlButtons } from "./url_buttons";
import { VerdictBar } from "./verdict_bar";
import { Writing } from "./writing";

const NO_SHAPES: FacetShape[] = [];

interface CardProps {
  pop: Pop;
  note: Ref<HTMLTextAreaElement>;
  changing: boolean;
  onChange(open: boolean): void;
}

export function Card({ pop, note, changing, onChange }: CardProps) {
  const { state } = useDesk();
  const shapes = useTrimmed(state.hello?.facets ?? NO_SHAPES, pop);
  // An agent may have said who it is, though no number came.
  const reachable = pop.caller.presentation === "allowed" || pop.chosen !== null;
  const must = mustChoose(pop);
  useOffersShown(pop);
  useDeeds(pop.call_id);
  return (
    <div
      class="card"
      data-state={pop.state}
      id={`call-${pop.call_id}`}
      role="tabpanel"
      aria-label={`${callerTitle(pop)}, ${numberTitle(pop)}`}
      data-call={namedBy(pop.call_id).call_id}
    >
      <div class="card-top" data-state={pop.state}>
        <Hero pop={pop} changing={changing} onChange={() => onChange(!changing)} />
        <ForYou pop={pop} />
        {reachable && <VerdictBar pop={pop} />}
        {reachable && <Glance pop={pop} />}
        <PolicyLines pop={pop} />
        {reachable && <Identity pop={pop} />}
      </div>
      <div class="board">
        {reachable && (must || changing) && (
          <Chooser pop={pop} closable={!must} onDone={() => onChange(false)} />
        )}
        {reachable ? (
          <Lanes pop={pop} shapes={shapes} note={note} />
        ) : (
          <Unreachable pop={pop} note={note} />
        )}
      </div>
    </div>
  );
}

/** Somebody has to say who it is: several fit, or nobody does. */
export function mustChoose(pop: Pop): boolean {
  if (pop.chosen || pop.caller.presentation !== "allowed") return false;
  if (pop.direction === "internal") return pop.candidates.length > 0;
  return (
    pop.candidates.length > 0 || (!identityPending(pop) && pop.caller.number !== null)
  );
}

interface LanesProps {
  pop: Pop;
  shapes: FacetShape[];
  note: Ref<HTMLTextAreaElement>;
}

function Lanes(props: LanesProps) {
  const { hello } = useDesk().state;
  const { queue } = props.pop;
  const layout = layoutFor(hello?.layouts ?? [], queue, hello?.role ?? "agent");
  return layout ? <Placed {...props} layout={layout} /> : <Usual {...props} />;
}

const TIMELINE = async () => (await import("./timeline_panel")).TimelinePanel;

function Timeline({ pop }: { pop: Pop }) {
  if (useStore(timeline) !== pop.call_id) return null;
  return (
    <div class="timeline-place">
      <Later load={TIMELINE} pop={pop} />
    </div>
  );
}

/** As `desk.layouts` has it: what is not named is under *More*. */
function Placed({ pop, shapes, note, layout }: LanesProps & { layout: CardLayout }) {
  const { shown, more } = placed(shapes, layout);
  const panel = (shape: FacetShape, size: Size) => (
    <FacetPanel
      key={shape.name}
      facet={pop.facets[shape.name]}
      {...{ shape, pop, size }}
    />
  );
  return (
    <div class="lanes" data-layout="own">
      <div class="lane placed">
        {shown.map(({ shape, size }) => panel(shape, size))}
      </div>
      <div class="lane lane-talk">
        <Handover pop={pop} />
        <UrlButtons pop={pop} facet={null} />
        <Writing pop={pop} field={note} />
      </div>
      {more.length > 0 && (
        <details class="more-facets">
          <summary>{t("layout.more", { n: more.length })}</summary>
          <div class="lane placed">{more.map((shape) => panel(shape, "small"))}</div>
        </details>
      )}
      <Timeline pop={pop} />
    </div>
  );
}

function Usual({ pop, shapes, note }: LanesProps) {
  const lanes = lanesOf(shapes);
  const panels = (lane: Lane) =>
    lanes[lane].map((shape) => (
      <FacetPanel
        key={shape.name}
        shape={shape}
        facet={pop.facets[shape.name]}
        pop={pop}
      />
    ));
  const full = (["money", "offer", "bought"] as const).every(
    (lane) => lanes[lane].length,
  );
  return (
    <div class="lanes" data-layout={full ? "full" : "free"}>
      <div class="lane lane-money">{panels("money")}</div>
      <div class="lane lane-offer">{panels("offer")}</div>
      <div class="lane lane-bought">{panels("bought")}</div>
      <div class="lane lane-talk">
        <Handover pop={pop} />
        <UrlButtons pop={pop} facet={null} />
        <Writing pop={pop} field={note} />
        {panels("history")}
      </div>
      <Timeline pop={pop} />
    </div>
  );
}

function Unreachable({ pop, note }: Pick<CardProps, "pop" | "note">) {
  const withheld = pop.caller.presentation === "withheld";
  return (
    <div class="lanes" data-layout="plain">
      <section class="plain-words">
        <h3>
          {withheld
            ? t("desk.the_caller_withheld_their_number")
            : t("desk.no_number_came_with_this")}
        </h3>
        <p>
          {withheld
            ? t("desk.nothing_was_looked_up_and")
            : t("desk.the_network_did_not_pass")}
        </p>
        <FindCustomer pop={pop} />
      </section>
      <div class="lane lane-talk">
        <Handover pop={pop} />
        <UrlButtons pop={pop} facet={null} />
        <Writing pop={pop} field={note} />
      </div>
    </div>
  );
}
