// Which of several customers is it, or what is this caller's name?

import { said } from "../i18n/said";
import { t } from "../i18n/words";
import { draftOf } from "../state/drafts";
import { numberTitle, type Pop } from "../state/model";
import type { NewContact, ShownCandidate } from "../wire/frames";
import { useDesk } from "./context";
import { FindCustomer } from "./find";
import { CallLink, CopyButton } from "./phone";
import { sureness } from "./words";

export const CANDIDATES_BY_KEY = 9;

interface ChooserProps {
  pop: Pop;
  onDone(): void;
  /** Opened by the agent, so it can be closed again. */
  closable: boolean;
}

/** Lies over the facets, which belong to nobody until someone is chosen. */
export function Chooser({ pop, onDone, closable }: ChooserProps) {
  const several = pop.candidates.length > 0;
  return (
    <section class="chooser" aria-label={t("desk.who_is_calling")}>
      <header>
        <h3>{several ? t("desk.who_is_it") : t("desk.no_customer_has_this_number")}</h3>
        {pop.caller.number && (
          <span class="chooser-number" dir="ltr">
            <CallLink number={pop.caller.number}>{numberTitle(pop)}</CallLink>
            <CopyButton text={pop.caller.number} />
          </span>
        )}
        {closable && (
          <button type="button" class="link" onClick={onDone}>
            {t("desk.close")}
          </button>
        )}
      </header>
      <FindCustomer pop={pop} onDone={onDone} />
      {several && <Candidates pop={pop} onDone={onDone} />}
      {several ? (
        <details>
          <summary>{t("desk.someone_else_name_the_caller")}</summary>
          <NameCaller pop={pop} onDone={onDone} />
        </details>
      ) : (
        <NameCaller pop={pop} onDone={onDone} />
      )}
    </section>
  );
}

function Candidates({ pop, onDone }: Omit<ChooserProps, "closable">) {
  const { client, state } = useDesk();
  const { choosing, offerFirst } = draftOf(state, pop.call_id);
  const choose = (candidate: ShownCandidate) => {
    client.choose(pop.call_id, candidate);
    onDone();
  };
  return (
    <>
      <ol class="candidates">
        {pop.candidates.map((candidate, index) => (
          <li key={`${candidate.source} ${candidate.key}`}>
            <button
              type="button"
              data-busy={same(choosing, candidate)}
              aria-pressed={same(pop.chosen, candidate)}
              onClick={() => choose(candidate)}
            >
              {index < CANDIDATES_BY_KEY && <kbd>{index + 1}</kbd>}
              <span class="candidate-name">
                <b dir="auto">{candidate.name}</b>
                {candidate.company && <span dir="auto">{candidate.company}</span>}
              </span>
              <span class="candidate-why">
                <bdi>{said(candidate.why)}</bdi>
                <span class="muted">{` · ${candidate.source_label || candidate.source} ${candidate.key}`}</span>
              </span>
              <span class="sure-word" data-sure={sureness(candidate.confidence)}>
                {same(choosing, candidate)
                  ? t("desk.saving")
                  : t(`desk.${sureness(candidate.confidence)}`)}
              </span>
            </button>
          </li>
        ))}
      </ol>
      {pop.candidates.length > 1 && (
        <label class="muted offer-first">
          <input
            type="checkbox"
            checked={offerFirst}
            onChange={(event) =>
              client.offerFirst(pop.call_id, event.currentTarget.checked)
            }
          />
          {t("desk.offer_them_first_when_this")}
        </label>
      )}
    </>
  );
}

function same(a: unknown, candidate: ShownCandidate): boolean {
  if (typeof a !== "object" || a === null) return false;
  const ref = a as { source?: string; key?: string };
  return ref.source === candidate.source && ref.key === candidate.key;
}

const ENTRIES: { name: keyof NewContact; label: string; required: boolean }[] = [
  {
    name: "name",
    get label() {
      return t("desk.name");
    },
    required: true,
  },
  {
    name: "company",
    get label() {
      return t("desk.company");
    },
    required: false,
  },
  {
    name: "account",
    get label() {
      return t("desk.account_no");
    },
    required: false,
  },
];

function NameCaller({ pop, onDone }: Omit<ChooserProps, "closable">) {
  const { client, state } = useDesk();
  const { contact, choosing } = draftOf(state, pop.call_id);
  const save = (event: Event) => {
    event.preventDefault();
    const name = contact.name.trim();
    if (!name) return;
    client.nameCaller(pop.call_id, { ...contact, name });
    onDone();
  };
  return (
    <form class="name-caller" onSubmit={save}>
      {ENTRIES.map((entry) => (
        <label key={entry.name}>
          <span>{entry.label}</span>
          <input
            name={`caller-${entry.name}`}
            autocomplete="off"
            dir="auto"
            maxLength={200}
            required={entry.required}
            value={contact[entry.name] ?? ""}
            onInput={(event) =>
              client.typeContact(pop.call_id, {
                ...contact,
                [entry.name]: event.currentTarget.value,
              })
            }
          />
        </label>
      ))}
      <button type="submit" class="primary" disabled={choosing === "contact"}>
        {choosing === "contact" ? t("desk.saving_2") : t("desk.save_caller")}
      </button>
      <p class="muted hint">{t("desk.kept_for_the_next_call")}</p>
    </form>
  );
}
