// What did the agent search for, and what was found so far?

import type { CustomersFound, FoundCustomer, SearchedSource } from "../wire/frames";
import type { DeskState } from "./model";

export const SEARCH_CHARS_MIN = 2;

/** One search at a time; `id` names it to the service. */
export interface CustomerSearch {
  id: string;
  text: string;
  customers: FoundCustomer[];
  sources: SearchedSource[];
  more: number;
  /** The first answer came; all of them, when no source is pending. */
  begun: boolean;
  failed: string | null;
}

export function searchBegun(state: DeskState, id: string, text: string): DeskState {
  // What was found stays until the first answer: the list does not flicker.
  const customers = state.search?.customers ?? [];
  const search = { id, text, customers, sources: [], more: 0, begun: false };
  return { ...state, search: { ...search, failed: null } };
}

export function searchFound(state: DeskState, frame: CustomersFound): DeskState {
  const { search } = state;
  if (!search || search.id !== frame.reply_to) return state;
  const { customers, sources, more } = frame;
  return { ...state, search: { ...search, customers, sources, more, begun: true } };
}

export function searchRefused(state: DeskState, message: string): DeskState {
  const { search } = state;
  if (!search) return state;
  const failed = { customers: [], sources: [], begun: true, failed: message };
  return { ...state, search: { ...search, ...failed } };
}

export function searchPending(search: CustomerSearch | null): boolean {
  if (!search || search.failed !== null) return false;
  return !search.begun || search.sources.some((each) => each.state === "pending");
}
