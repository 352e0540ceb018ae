// Where do the buttons that open other programs stand?

import { t } from "../i18n/words";
import { draftOf } from "../state/drafts";
import type { Pop } from "../state/model";
import { buttonsOf, urlOf } from "./buttons";
import { useDesk } from "./context";

interface UrlButtonsProps {
  pop: Pop;
  /** In whose head they stand; null: the card's own. */
  facet: string | null;
}

/** Keeps its room while values are missing, so that nothing moves when they come. */
export function UrlButtons({ pop, facet }: UrlButtonsProps) {
  const { state } = useDesk();
  const buttons = buttonsOf(state.hello?.buttons ?? [], pop, facet);
  if (buttons.length === 0) return null;
  const note = draftOf(state, pop.call_id).text;
  const { agent = null, name: agentName = "" } = state.hello ?? {};
  const links = buttons.flatMap((button) => {
    const href = urlOf(button, pop, { agent, agentName, note });
    return href === null ? [] : [{ button, href }];
  });
  return (
    <div class="url-buttons" data-facet-head={facet !== null}>
      {links.map(({ button, href }) => (
        <a
          key={`${button.label} ${button.url}`}
          class="button"
          href={href}
          title={t("dial.opens", { label: button.label })}
          target="_blank"
          rel="noopener noreferrer"
        >
          <bdi>{button.label}</bdi>
        </a>
      ))}
    </div>
  );
}
