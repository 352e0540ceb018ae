// Is what is on the screen still true?

import type { Link } from "../state/model";
import { useDesk } from "./context";

export function Banner() {
  const { client, state } = useDesk();
  const action =
    state.link.status === "replaced"
      ? { label: "Use this tab", run: () => client.takeOver() }
      : null;
  return <LinkBanner link={state.link} action={action} />;
}

interface Action {
  label: string;
  run(): void;
}

export function LinkBanner({ link, action }: { link: Link; action: Action | null }) {
  const words = bannerWords(link);
  if (!words) return null;
  return (
    <div class="banner" role="status" data-status={link.status}>
      <strong>{words[0]}</strong>
      <span>{words[1]}</span>
      {action && (
        <button type="button" onClick={action.run}>
          {action.label}
        </button>
      )}
    </div>
  );
}

export function bannerWords(link: Link): [string, string] | null {
  const since = new Date(link.sinceMs).toLocaleTimeString();
  switch (link.status) {
    case "lost":
      return [
        `Connection lost at ${since}.`,
        "What you see is not live. Your notes are kept; connecting again…",
      ];
    case "replaced":
      return ["Your desk is open in other tabs.", "This one has stopped."];
    case "forbidden":
      return [
        "You may not use this page.",
        "Ask your administrator for the right role.",
      ];
    default:
      return null;
  }
}

export function Troubles() {
  const { client, state } = useDesk();
  return (
    <>
      {state.troubles.map((trouble) => (
        <div class="trouble" role="status" key={trouble.id}>
          <span>{`${trouble.message} ${trouble.remedy}`}</span>
          <button
            type="button"
            class="link"
            onClick={() =>
              client.store.dispatch({ type: "trouble_dismissed", id: trouble.id })
            }
          >
            Dismiss
          </button>
        </div>
      ))}
    </>
  );
}
