// Who is it, when the number does not say it: an account, a name or a number?

import { useEffect, useId, useState } from "preact/hooks";
import { said } from "../i18n/said";
import { t } from "../i18n/words";
import type { Pop } from "../state/model";
import { type CustomerSearch, SEARCH_CHARS_MIN, searchPending } from "../state/search";
import type { FoundCustomer, SearchedSource } from "../wire/frames";
import { useDesk } from "./context";

const TYPING_PAUSE_MS = 250;
const FIND_BOX = "find-customer";

interface FindProps {
  /** The call to which a customer is attached; without one they are only shown. */
  pop?: Pop;
  onDone?(): void;
}

/** A box with a list of customers: arrows choose, Enter attaches, Esc empties it. */
export function FindCustomer({ pop, onDone }: FindProps) {
  const { client, state } = useDesk();
  const [text, setText] = useState("");
  const [active, setActive] = useState(0);
  const [remember, setRemember] = useState(isTheirsAlone(pop));
  const list = useId();
  const search = text.trim().length >= SEARCH_CHARS_MIN ? state.search : null;
  const customers = search?.customers ?? [];
  const at = Math.min(active, customers.length - 1);

  useEffect(() => {
    const typed = text.trim();
    if (typed.length < SEARCH_CHARS_MIN) {
      client.endSearch();
      return;
    }
    const pause = window.setTimeout(() => client.find(typed), TYPING_PAUSE_MS);
    return () => clearTimeout(pause);
  }, [text, client]);
  useEffect(() => () => client.endSearch(), [client]);

  const attach = (customer: FoundCustomer | undefined) => {
    if (!pop || !customer || !search) return;
    client.attach(pop.call_id, customer, search.text, remember);
    setText("");
    onDone?.();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && customers.length > 0) {
      setActive((at + step + customers.length) % customers.length);
    } else if (event.key === "Enter" && !event.ctrlKey) {
      if (search?.text === text.trim()) attach(customers[at]);
    } else if (event.key === "Escape" && text) {
      setText("");
      event.stopPropagation();
    } else return;
    event.preventDefault();
  };

  return (
    <div class="find">
      <label class="find-box">
        <span>{t("find.box")}</span>
        <input
          id={FIND_BOX}
          type="text"
          role="combobox"
          aria-expanded={customers.length > 0}
          aria-controls={list}
          aria-autocomplete="list"
          aria-activedescendant={customers.length > 0 ? `${list}-${at}` : undefined}
          aria-keyshortcuts="Alt+Shift+F"
          autocomplete="off"
          dir="auto"
          maxLength={100}
          value={text}
          onInput={(event) => {
            setText(event.currentTarget.value);
            setActive(0);
          }}
          onKeyDown={onKeyDown}
        />
      </label>
      <div class="found" role="listbox" id={list} aria-label={t("find.list")}>
        {customers.map((customer, index) => (
          <Customer
            key={`${customer.source} ${customer.key}`}
            id={`${list}-${index}`}
            customer={customer}
            active={index === at}
            attachable={pop !== undefined}
            onPress={() => (pop ? attach(customer) : setActive(index))}
          />
        ))}
      </div>
      <SearchWords search={search} attachable={pop !== undefined} />
      {pop?.caller.number && search && (
        <label class="muted find-remember">
          <input
            type="checkbox"
            checked={remember}
            onChange={(event) => setRemember(event.currentTarget.checked)}
          />
          {t("find.remember")}
        </label>
      )}
    </div>
  );
}

/** Where others have the number, it is said of this call only unless it is ticked. */
function isTheirsAlone(pop: Pop | undefined): boolean {
  return pop !== undefined && pop.candidates.length === 0;
}

interface CustomerProps {
  id: string;
  customer: FoundCustomer;
  active: boolean;
  attachable: boolean;
  onPress(): void;
}

function Customer({ id, customer, active, attachable, onPress }: CustomerProps) {
  const { account, key, town, last_order, source_label, source } = customer;
  const { formats } = useDesk();
  const ordered = last_order ? Date.parse(last_order) : Number.NaN;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the box has the keys of its list
    // biome-ignore lint/a11y/useFocusableInteractive: the focus stays in the box
    <div
      id={id}
      role="option"
      aria-selected={active}
      data-attachable={attachable}
      onClick={onPress}
    >
      <span class="candidate-name">
        <b dir="auto">{customer.name}</b>
        {customer.company && <span dir="auto">{customer.company}</span>}
      </span>
      <span class="found-more">
        <bdi>{account ?? key}</bdi>
        {town && <bdi>{town}</bdi>}
        {last_order && (
          <span>
            <span class="muted">{t("find.last_order")} </span>
            <bdi>
              {Number.isNaN(ordered) ? last_order : formats.shortDate(last_order)}
            </bdi>
          </span>
        )}
        <span class="muted">{source_label || source}</span>
      </span>
    </div>
  );
}

interface SearchWordsProps {
  search: CustomerSearch | null;
  attachable: boolean;
}

/** What stands in for a customer: none found, who is still asked, who failed. */
function SearchWords({ search, attachable }: SearchWordsProps) {
  const sources = search?.sources ?? [];
  const asked = sources.filter((each) => each.state === "pending");
  const failed = sources.filter(isFailed);
  return (
    <div class="find-words muted" role="status">
      {search && <p>{foundWords(search)}</p>}
      {asked.length > 0 && <p>{t("find.asking", { sources: labels(asked) })}</p>}
      {failed.map((each) => (
        <p class="warn" key={each.source}>
          {said(each.message ?? "") || t("find.no_answer", { source: each.label })}
        </p>
      ))}
      {search && !attachable && search.customers.length > 0 && (
        <p>{t("find.no_call")}</p>
      )}
    </div>
  );
}

function foundWords(search: CustomerSearch): string {
  const { failed, customers, more } = search;
  if (failed !== null) return failed;
  const shown = customers.length;
  if (more > 0) return t("find.more", { shown, all: shown + more });
  if (shown > 0) return t("find.found", { n: shown });
  return searchPending(search) ? t("find.searching") : t("find.none");
}

function isFailed({ state }: SearchedSource): boolean {
  return state === "failed" || state === "timed_out" || state === "stale";
}

function labels(sources: SearchedSource[]): string {
  return sources.map((each) => each.label).join(", ");
}

/** The box of the card in front, or of the empty desk; false where there is none. */
export function focusFindBox(): boolean {
  const box = document.getElementById(FIND_BOX);
  box?.focus();
  return box !== null;
}
