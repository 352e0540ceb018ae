// What does each view of the reports get?

import type { Choice, Opened } from "./choice";

export interface ViewProps {
  choice: Choice;
  /** Days of the range, both in. */
  from: string;
  to: string;
  /** Of the centre's zone. */
  today: string;
  change(patch: Partial<Choice>): void;
  /** Opens the calls behind numbers; without places those of the choice. */
  onOpen(numbers: string[], from: string, to: string, places?: Partial<Opened>): void;
  onExpired(): void;
}
