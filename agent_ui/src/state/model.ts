// What does the desk know at one moment?

import { t } from "../i18n/words";
import type {
  AgentUpdated,
  CandidateRef,
  CloseReason,
  Hello,
  MarkOffers,
  NewContact,
  PopOpened,
  ServerFrame,
} from "../wire/frames";
import type { Marking, Marks } from "./offers";
import type { CustomerSearch } from "./search";

/** One call on this screen. `offset` is that of the newest frame that changed it. */
export interface Pop extends Omit<PopOpened, "frame" | "missed_while_away"> {
  /** Since which frame (by offset) each identity field has a value. */
  arrivals: Record<string, number>;
  /** What became of its offers, by `FACET/ITEM`. */
  marks: Marks;
  /** The same as the agent said it here, until a frame has confirmed it. */
  marking: Marking;
  /** What the service has of this agent's for the next one. */
  forNext: string;
  /** For when this agent promised to call back, as the service has it. */
  callBackAt: string | null;
  /** Over, kept for note and disposition until the agent finishes it. */
  wrapUp: boolean;
}

/** What the agent writes for a call; lives apart so that no frame can overwrite it. */
export interface Draft {
  text: string;
  /** The text as the server last told it, and the offset of that. */
  savedText: string;
  /** The text as the service last told it; what it judges dispositions by. */
  echoedText: string;
  savedOffset: number;
  /** What another tab wrote meanwhile, and the text that both began with. */
  elsewhere: { base: string; text: string } | null;
  /** The text on its way: one at a time, so that each has one that it came from. */
  sending: string | null;
  failed: string | null;
  /** What is typed for the next agent and the service does not have; null: nothing. */
  forNext: string | null;
  forNextFailed: string | null;
  /** A time to call back as it is typed or picked (ms), not promised yet. */
  when: { text: string; picked: number | null };
  /** A promise on its way to the service; "" takes one back. */
  promising: string | null;
  disposition: string | null;
  /** `waiting`: the service takes this one only after it has the note. */
  dispositionState: "saved" | "waiting" | "sending" | "failed";
  /** Finish was pressed while something was missing. */
  finishRefused: boolean;
  contact: NewContact;
  /** Between several: is the chosen one offered first when the number calls again? */
  offerFirst: boolean;
  /** A choice of caller on its way to the server. */
  choosing: Choosing | null;
}

export type Choosing = CandidateRef | "contact" | "undo";

/** A quiet line about a card that left, or a call missed while away. */
export interface Farewell {
  callId: string;
  who: string;
  number: string;
  queue: string | null;
  direction: PopOpened["direction"];
  reason: CloseReason;
  answeredBy: string | null;
  at: string;
  missed: boolean;
}

export type LinkStatus =
  | "connecting"
  | "live"
  | "lost"
  | "logged_out"
  | "forbidden"
  | "replaced";

export interface Link {
  status: LinkStatus;
  /** When the connection was lost, ms since 1970. */
  sinceMs: number;
  attempt: number;
}

export interface Trouble {
  id: number;
  message: string;
  remedy: string;
}

export type AgentState = AgentUpdated["state"];

/** A state or a result as it was before; the rest as `DeskState` had it. */
export type Undo =
  | ({ of: "state"; now: AgentState; was: AgentState } & Pick<
      DeskState,
      "wrapUpFrom" | "breakReason"
    >)
  | { of: "choice"; callId: string; who: string }
  | { of: "result"; callId: string; now: string | null; was: string | null };

export interface DeskState {
  hello: Hello | null;
  /** Server clock minus ours. */
  skewMs: number;
  offset: number;
  /** The first `resync` came: an empty desk is truly empty. */
  synced: boolean;
  pops: Record<string, Pop>;
  order: string[];
  selected: string | null;
  agent: AgentUpdated | null;
  /** A state asked for and not yet confirmed. */
  wantedState: AgentState | null;
  /** In wrap-up because a call ended: the state that Finish gives back. */
  wrapUpFrom: AgentState | null;
  /** Of this break, also through the wrap-up after a call in it. */
  breakReason: string | null;
  drafts: Record<string, Draft>;
  farewells: Farewell[];
  /** Cards the agent finished, with the offset at that time; never shown again. */
  finished: Record<string, number>;
  /** Callers who wait to be called back; null until the service said. */
  recalls: number | null;
  link: Link;
  troubles: Trouble[];
  /** What the agent changed a moment ago and may take back. */
  undo: Undo | null;
  /** The search for a customer that is open. */
  search: CustomerSearch | null;
}

export type DeskAction =
  | { type: "frame"; frame: ServerFrame; nowMs: number; typing: boolean }
  | { type: "link"; link: Link }
  | { type: "selected"; callId: string }
  | { type: "typed"; callId: string; text: string }
  | { type: "offer_first"; callId: string; wanted: boolean }
  | { type: "contact_typed"; callId: string; contact: NewContact }
  | { type: "for_next_typed"; callId: string; text: string }
  | { type: "for_next_saved"; callId: string; text: string }
  | { type: "for_next_failed"; callId: string; message: string }
  | { type: "when_typed"; callId: string; when: Draft["when"] }
  | { type: "promise_sent"; callId: string; at: string }
  | { type: "promise_settled"; callId: string; at: string }
  | { type: "note_readied"; callId: string }
  | { type: "note_sent"; callId: string }
  | { type: "note_saved"; callId: string; text: string; offset: number }
  | { type: "note_failed"; callId: string; message: string }
  | { type: "note_kept_late"; callId: string; text: string }
  | { type: "disposition_waits"; callId: string; code: string }
  | { type: "disposition_sent"; callId: string; code: string | null }
  | { type: "disposition_settled"; callId: string; ok: boolean }
  | { type: "choice_sent"; callId: string; choice: Choosing }
  | { type: "choice_settled"; callId: string }
  | { type: "offers_marked"; frame: MarkOffers }
  | { type: "offers_settled"; frame: MarkOffers; until: number | null }
  | { type: "state_wanted"; state: AgentState | null }
  | { type: "wrap_up_begun"; from: AgentState }
  | { type: "state_chosen" }
  | { type: "finish_refused"; callId: string }
  | { type: "finished"; callId: string }
  | { type: "undo_offered"; undo: Undo }
  | { type: "undo_gone" }
  | { type: "search_begun"; id: string; text: string }
  | { type: "search_ended" }
  | { type: "draft_dropped"; callId: string }
  | { type: "farewells_cleared" }
  | { type: "refused"; message: string; remedy: string }
  | { type: "trouble_dismissed"; id: number };

export const FAREWELLS_MAX = 20;
export const FINISHED_MAX = 100;
export const TROUBLES_MAX = 3;
export const POPS_MAX = 50;

export const NO_DRAFT: Draft = {
  text: "",
  savedText: "",
  echoedText: "",
  savedOffset: 0,
  elsewhere: null,
  sending: null,
  failed: null,
  forNext: null,
  forNextFailed: null,
  when: { text: "", picked: null },
  promising: null,
  disposition: null,
  dispositionState: "saved",
  finishRefused: false,
  contact: { name: "", company: "", account: "" },
  offerFirst: false,
  choosing: null,
};

export function initialDesk(kept: Partial<DeskState> = {}): DeskState {
  return {
    hello: null,
    skewMs: 0,
    offset: 0,
    synced: false,
    pops: {},
    order: [],
    selected: null,
    agent: null,
    wantedState: null,
    breakReason: null,
    wrapUpFrom: null,
    drafts: {},
    farewells: [],
    finished: {},
    recalls: null,
    link: { status: "connecting", sinceMs: 0, attempt: 0 },
    troubles: [],
    undo: null,
    search: null,
    ...kept,
  };
}

/** The agent's writing that the server has not confirmed. */
export function unsaved(draft: Draft): boolean {
  return draft.text !== draft.savedText;
}

/** A result that the service does not have yet. */
export function resultPending({ dispositionState }: Draft): boolean {
  return dispositionState === "waiting" || dispositionState === "sending";
}

/** Who a card is about, as short as can be. */
export function callerTitle(pop: Pop): string {
  const known = chosenCandidate(pop);
  if (known) return known.name;
  const named = pop.facets.identity?.fields.name?.value;
  if (typeof named === "string" && named) return named;
  return numberTitle(pop);
}

export function numberTitle(pop: Pop): string {
  if (pop.caller.presentation === "withheld") return t("desk.withheld_number");
  if (pop.caller.presentation === "unavailable") return t("desk.number_not_available");
  return pop.caller.display || pop.caller.number || t("desk.unknown_number");
}

export function chosenCandidate(pop: Pop) {
  const chosen = pop.chosen;
  if (!chosen) return null;
  const match = pop.candidates.find(
    (each) => each.source === chosen.source && each.key === chosen.key,
  );
  return match ?? null;
}
