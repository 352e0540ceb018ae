// How does the page learn that the state has changed?

import { useEffect, useState } from "preact/hooks";

export class Store<S, A> {
  #listeners = new Set<() => void>();

  constructor(
    private readonly reducer: (state: S, action: A) => S,
    private now: S,
  ) {}

  get state(): S {
    return this.now;
  }

  dispatch(action: A): void {
    const next = this.reducer(this.now, action);
    if (next === this.now) return;
    this.now = next;
    for (const listener of this.#listeners) listener();
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

export function useStore<S, A>(store: Store<S, A>): S {
  const [, redraw] = useState(0);
  useEffect(() => store.subscribe(() => redraw((n) => n + 1)), [store]);
  return store.state;
}
