// Is what is on the screen still true?

import { t } from "../i18n/words";
import type { Link } from "../state/model";
import { useDesk } from "./context";

export function Banner() {
  const { client, state, formats } = useDesk();
  const action =
    state.link.status === "replaced"
      ? { label: t("desk.use_this_tab"), run: () => client.takeOver() }
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
        t("desk.connection_lost_at", { since }),
        t("desk.nothing_was_heard_since_what"),
      ];
    case "replaced":
      return [t("desk.your_desk_is_open_in"), t("desk.this_one_has_stopped")];
    case "forbidden":
      return [t("desk.you_may_not_use_this"), t("desk.ask_your_administrator_for_the")];
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
            {t("desk.dismiss")}
          </button>
        </div>
      ))}
    </>
  );
}
