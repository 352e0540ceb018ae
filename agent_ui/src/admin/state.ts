// What is known of the lines after an answer?

import type { Line, Node, Orders, RequestSeen, RequestsPage, Source } from "./answers";

/** What the service keeps of one line: as many genuine as refused ones. */
export const REQUESTS_MAX = 100;

export interface Requests {
  run: string;
  newest: number;
  /** Newest first. */
  list: RequestSeen[];
  /** Pushed out before this page saw them. */
  missed: number;
}

export interface AdminState {
  node: Node | null;
  lines: Line[];
  sources: Source[];
  orders: Orders | null;
  requests: Record<string, Requests>;
  /** When the last answer came; 0 before the first. */
  answeredMs: number;
  /** Why the last question got none. */
  trouble: string | null;
}

export const initialAdmin: AdminState = {
  node: null,
  lines: [],
  sources: [],
  orders: null,
  requests: {},
  answeredMs: 0,
  trouble: null,
};

export type AdminAction =
  | {
      type: "overview";
      node: Node;
      lines: Line[];
      sources: Source[];
      orders: Orders;
      nowMs: number;
    }
  | { type: "requests"; page: RequestsPage; after: number }
  | { type: "trouble"; message: string };

export function reduceAdmin(state: AdminState, action: AdminAction): AdminState {
  switch (action.type) {
    case "overview": {
      const { node, lines, sources, orders, nowMs } = action;
      const answered = { node, lines, sources, orders, answeredMs: nowMs };
      return { ...state, ...answered, trouble: null };
    }
    case "requests": {
      const { page, after } = action;
      const requests = {
        ...state.requests,
        [page.line]: joined(state.requests[page.line], page, after),
      };
      return { ...state, requests };
    }
    case "trouble":
      return { ...state, trouble: action.message };
  }
}

/** A service that started anew counts from 1 again: the old ones go. */
function joined(known: Requests | undefined, page: RequestsPage, after: number) {
  const same = known?.run === page.run;
  const older = same ? known.list : [];
  const fresh = page.requests.filter((each) => !same || each.number > known.newest);
  const missed = same && after > 0 ? known.missed + page.missed : 0;
  const list = [...fresh].reverse().concat(older).slice(0, REQUESTS_MAX);
  return { run: page.run, newest: page.newest, list, missed };
}

/** The number to ask after; 0 for everything. */
export function after(state: AdminState, line: string): number {
  return state.requests[line]?.newest ?? 0;
}

/** While somebody reads one, nothing new pushes it away. */
export function held(list: RequestSeen[], upTo: number | null): RequestSeen[] {
  return upTo === null ? list : list.filter((each) => each.number <= upTo);
}
