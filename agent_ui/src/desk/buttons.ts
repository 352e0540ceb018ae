// Which buttons does a call have, and what does each open?

import { namedBy } from "../state/calls";
import { chosenCandidate, type Pop } from "../state/model";
import type { UrlButton } from "../wire/frames";

/** What a template may name that is not of a facet or an attribute. */
export interface Spoken {
  agent: string | null;
  /** The agent's display name. */
  agentName: string;
  note: string;
}

/** In the order of the configuration; `facet` null: of the card itself. */
export function buttonsOf(all: UrlButton[], pop: Pop, facet: string | null) {
  return all.filter(
    (each) =>
      placeOf(each) === facet &&
      (each.lines.length === 0 || each.lines.includes(pop.line)) &&
      (each.queues.length === 0 || each.queues.includes(pop.queue ?? "")),
  );
}

/** Who it is stands at the top of the card, which has the buttons of the card. */
function placeOf({ facet }: UrlButton): string | null {
  return facet === "identity" ? null : facet;
}

/** Null while one of its values is missing: half an address opens the wrong page. */
export function urlOf({ url }: UrlButton, pop: Pop, spoken: Spoken): string | null {
  let missing = false;
  const filled = url.replace(/\{([^{}]*)\}/g, (_, name: string) => {
    const value = valueFor(name, pop, spoken);
    missing ||= value === "";
    return encodeURIComponent(value.replace(/\p{Surrogate}/gu, "\ufffd"));
  });
  return missing ? null : filled;
}

/** The value that `{name}` stands for, as text; "": none. */
export function valueFor(
  name: string,
  pop: Pop,
  { agent, agentName, note }: Spoken,
): string {
  const number = pop.caller.number ?? "";
  const known: Record<string, string | null | undefined> = {
    number,
    digits: number.replace("+", ""),
    agent,
    "agent.name": agentName,
    note: note.trim(),
    "call.id": namedBy(pop.call_id).call_id,
    "call.line": pop.line,
    "call.queue": pop.queue,
    "call.number": pop.caller.display || number,
    "customer.key": pop.chosen?.key,
    "customer.source": pop.chosen?.source,
    "customer.name": chosenCandidate(pop)?.name,
  };
  if (Object.hasOwn(known, name)) return known[name] ?? "";
  const [group = "", field = ""] = name.split(/\.(.*)/);
  if (group === "attributes") return ownOf(pop.attributes, field) ?? "";
  const value = ownOf(ownOf(pop.facets, group)?.fields ?? {}, field)?.value;
  return value === null || value === undefined ? "" : String(value);
}

function ownOf<V>(values: Record<string, V>, name: string): V | undefined {
  return Object.hasOwn(values, name) ? values[name] : undefined;
}
