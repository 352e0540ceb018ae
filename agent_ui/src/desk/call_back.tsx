// For when does the agent promise to call back?

import { useEffect, useState } from "preact/hooks";
import { languageTag, t } from "../i18n/words";
import type { Draft, Pop } from "../state/model";
import { useDesk, useServerNow } from "./context";
import { saysCallBack } from "./glance";
import { isAhead, localText, momentOfLocal, parseWhen, tomorrowMorning } from "./when";

const TWO_HOURS_MS = 7_200_000;

/** By who talked, of a caller whose number is known. */
export function mayPromise(pop: Pop): boolean {
  const talked = pop.answered_at !== null && pop.direction !== "internal";
  return talked && pop.caller.number !== null && pop.consult?.role !== "asked";
}

interface CallBackAtProps {
  pop: Pop;
  draft: Draft;
}

/** Folded away until it is wanted; a result that promises a call back opens it. */
export function CallBackAt({ pop, draft }: CallBackAtProps) {
  const { state } = useDesk();
  const { call_back_words: words = [], dispositions = [] } = state.hello ?? {};
  const choice = dispositions.find((each) => each.code === draft.disposition);
  const asks = choice !== undefined && saysCallBack(words, choice);
  const [wanted, want] = useState(draft.when.text !== "");
  useEffect(() => want(asks || draft.when.text !== ""), [asks]);
  const at = draft.promising ?? pop.callBackAt ?? "";
  return (
    <div class="call-back-at" data-open={wanted && !at}>
      {at ? (
        <Promised pop={pop} at={at} saved={draft.promising === null} />
      ) : (
        <button
          type="button"
          class="link"
          aria-expanded={wanted}
          onClick={() => want(!wanted)}
        >
          {t("promise.call_back_at")}
        </button>
      )}
      {wanted && !at && <When pop={pop} draft={draft} />}
    </div>
  );
}

interface PromisedProps {
  pop: Pop;
  at: string;
  saved: boolean;
}

function Promised({ pop, at, saved }: PromisedProps) {
  const { client, formats, state } = useDesk();
  const zone = state.hello?.time_zone ?? "UTC";
  return (
    <>
      <span class="promised-for" role="status">
        {saved
          ? t("promise.promised_for", { at: formats.appointment(Date.parse(at), zone) })
          : t("desk.saving_2")}
      </span>
      <button
        type="button"
        class="link"
        onClick={() => client.promise(pop.call_id, null)}
      >
        {t("promise.take_back")}
      </button>
    </>
  );
}

/** In words or by the calendar: each shows what the other one means. */
function When({ pop, draft }: CallBackAtProps) {
  const { client, formats, state } = useDesk();
  const now = useServerNow(10);
  const zone = state.hello?.time_zone ?? "UTC";
  const { text, picked } = draft.when;
  const type = (when: Draft["when"]) =>
    client.store.dispatch({ type: "when_typed", callId: pop.call_id, when });
  const at = picked ?? parseWhen(text, now, zone, languageTag());
  const ahead = at !== null && isAhead(at, now);
  const choices: [string, number][] = [
    [t("recalls.hours", { n: 2 }), now + TWO_HOURS_MS],
    [t("recalls.tomorrow_at_9"), tomorrowMorning(now, zone)],
  ];
  const keep = (moment: number) => {
    type({ text: "", picked: null });
    client.promise(pop.call_id, moment);
  };
  return (
    <form
      class="when"
      onSubmit={(event) => {
        event.preventDefault();
        if (at !== null && ahead) keep(at);
      }}
    >
      <input
        type="text"
        aria-label={t("promise.when")}
        aria-describedby="when-meant"
        autocomplete="off"
        maxLength={60}
        placeholder={t("promise.example")}
        value={text}
        onInput={(event) => type({ text: event.currentTarget.value, picked: null })}
      />
      <input
        type="datetime-local"
        aria-label={t("promise.day_and_time")}
        value={at === null ? "" : localText(at, zone)}
        min={localText(now, zone)}
        onInput={(event) =>
          type({ text, picked: momentOfLocal(event.currentTarget.value, zone) })
        }
      />
      <span class="when-choices">
        <button type="submit" disabled={!ahead}>
          {t("promise.promise")}
        </button>
        {choices.map(([label, moment]) => (
          <button type="button" key={label} onClick={() => keep(moment)}>
            {label}
          </button>
        ))}
      </span>
      <span id="when-meant" class="muted" role="status">
        {at !== null && ahead && formats.appointment(at, zone)}
        {!ahead && (text || picked !== null) && t("promise.not_understood")}
      </span>
    </form>
  );
}
