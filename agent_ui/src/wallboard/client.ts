// How does the wallboard hear of changes?

import { knowLabels } from "../i18n/labels";
import { stillLoggedIn } from "../shared/api";
import { Connection } from "../shared/connection";
import { Store } from "../shared/store";
import { initialWallboard, reduceWallboard } from "../state/wallboard";

export class WallboardClient {
  readonly store = new Store(reduceWallboard, initialWallboard);
  #connection = new Connection("/v1/wallboard", {
    onFrame: (frame) => {
      if (frame.frame === "hello") knowLabels(frame.labels);
      this.store.dispatch({ type: "frame", frame, nowMs: Date.now() });
    },
    onLink: (link) => this.store.dispatch({ type: "link", link }),
    after: () => this.store.state.board?.offset ?? 0,
    loggedIn: stillLoggedIn,
  });

  start(): () => void {
    this.#connection.start();
    return () => this.#connection.stop();
  }

  takeOver(): void {
    this.#connection.start();
  }
}
