// Which of the agent's actions has the server not confirmed yet?

import type {
  CallBackAt,
  Choose,
  Disposition,
  MarkOffers,
  Note,
  NoteForNext,
  SetAgentState,
} from "../wire/frames";

export type Command =
  | Note
  | NoteForNext
  | CallBackAt
  | Disposition
  | Choose
  | MarkOffers
  | SetAgentState;

/** One waiting command per subject: a newer note replaces the older one. */
export function subjectOf(command: Command): string {
  if (command.frame === "offers") {
    const items = command.offers.map(({ facet, item }) => `${facet}/${item}`);
    const by = command.mark === "shown" ? "page" : "agent";
    return `offers ${command.call_id} ${by} ${items.join(" ")}`;
  }
  return "call_id" in command ? `${command.frame} ${command.call_id}` : command.frame;
}

/** The service carries out each id once; so none may ever come again. */
export function uniqueId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * Keeps each command until `done` or `error` names its id. All of them may be sent
 * again after a reconnection, since each carries the whole value.
 */
export class Commands {
  #waiting = new Map<string, Command>();

  put(command: Command, id = uniqueId()): Command {
    const stamped = { ...command, id };
    this.#waiting.set(subjectOf(command), stamped);
    return stamped;
  }

  /** The command that a reply is about; null for one replaced in the meantime. */
  settle(replyTo: string): Command | null {
    for (const [subject, command] of this.#waiting) {
      if (command.id !== replyTo) continue;
      this.#waiting.delete(subject);
      return command;
    }
    return null;
  }

  waiting(): Command[] {
    return [...this.#waiting.values()];
  }
}
