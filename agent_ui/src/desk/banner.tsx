// Is what is on the screen still true?

import type { Link } from "../state/model";
import { useDesk } from "./context";

export function Banner() {
  const { client, state, formats } = useDesk();
  const action =
    state.link.status === "replaced"
      ? { label: "Use this tab", run: () => client.takeOver() }
      : null;
  return <LinkBanner link={state.link} action={action} time={formats.time} />;
}

interface Action {
  label: string;
  run(): void;
}

interface LinkBannerProps {
  link: Link;
  action: Action | null;
  time(atMs: number): string;
}

export function LinkBanner({ link, action, time }: LinkBannerProps) {
  const words = bannerWords(link, time(link.sinceMs));
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

export function bannerWords(link: Link, since: string): [string, string] | null {
  switch (link.status) {
    case "lost":
      return [
        `Connection lost at ${since}.`,
        "Nothing was heard since: what you see is not live. Connecting again…",
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
