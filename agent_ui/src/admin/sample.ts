// Which invented call and customer does the preview of a card show?

import type { Pop } from "../state/model";
import type { Column, Facet, FacetShape, Hello, Scalar } from "../wire/frames";

const ROWS = 4;
const SOURCE = "demo";

/** A call of that queue with a value in each field of each facet. */
export function samplePop(hello: Hello, queue: string | null, at: string): Pop {
  return {
    offset: 1,
    call_id: "preview",
    line: "preview",
    occurrence: 0,
    state: "answered",
    direction: "inbound",
    caller: {
      presentation: "allowed",
      number: "+442079460958",
      display: "020 7946 0958",
      country: "GB",
      region: "London",
      name: null,
    },
    dialled: { number: null, display: "", label: null },
    queue,
    queue_label: queue,
    arrived_at: at,
    alerting_at: at,
    answered_at: at,
    held_at: null,
    candidates: [],
    chosen: { source: SOURCE, key: "4711" },
    chosen_by_agent: false,
    facets: Object.fromEntries(
      (hello.facets ?? []).map((shape) => [shape.name, facetOf(shape, at)]),
    ),
    policy: [],
    attributes: {},
    earlier_agents: [],
    handover: [],
    consult: null,
    note: { text: "", disposition: null, saved_at: null, marks: {}, for_next: "" },
    closed: null,
    ended_at: null,
    arrivals: {},
    marks: {},
    marking: {},
    forNext: "",
    callBackAt: null,
    promised: null,
    wrapUp: false,
  };
}

function facetOf(shape: FacetShape, at: string): Facet {
  const fields = shape.fields.map((column) => [
    column.name,
    {
      value: sampleOf(column, 1, at),
      source: SOURCE,
      fetched_at: at,
      state: "fresh",
      others: [],
    },
  ]);
  const rows = Array.from({ length: shape.columns.length ? ROWS : 0 }, (_, index) =>
    Object.fromEntries(
      shape.columns.map((column) => [column.name, sampleOf(column, index + 1, at)]),
    ),
  );
  return {
    state: "fresh",
    fields: Object.fromEntries(fields),
    rows,
    rows_source: rows.length ? SOURCE : null,
    rows_fetched_at: rows.length ? at : null,
    rows_state: rows.length ? "fresh" : null,
    notes: [],
  };
}

function sampleOf(column: Column, n: number, at: string): Scalar {
  const { type, label } = column;
  if (column.name === "year") return new Date(at).getFullYear() - ROWS + n;
  if (column.name.includes("name")) return n === 1 ? "Ada Example" : `${label} ${n}`;
  switch (type) {
    case "money":
      return `${1250 * n}.00`;
    case "number":
    case "integer":
      return n;
    case "percent":
      return 0.1 * n;
    case "flag":
      return false;
    case "date":
      return at.slice(0, 10);
    case "datetime":
      return at;
    case "phone":
      return "+442079460958";
    default:
      return `${label} ${n}`;
  }
}
