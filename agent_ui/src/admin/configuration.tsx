// Which configuration runs, what does the changed file change, and is it taken?

import { useState } from "preact/hooks";
import { t, textsOf } from "../i18n/words";
import { askWith, Refused } from "../shared/api";
import type { Formats } from "../shared/format";
import { useReading } from "../shared/reading";
import type {
  ConfigProblem,
  ConfigurationSeen,
  KeyChange,
  ReloadSeen,
} from "./answers";

interface ConfigurationProps {
  csrf: string;
  formats: Formats;
  now: number;
  onExpired(): void;
}

const OUTCOMES: Record<ReloadSeen["outcome"], string> = textsOf({
  switched: "admin.outcome_switched",
  unchanged: "admin.outcome_unchanged",
  refused: "admin.outcome_refused",
  acceptable: "admin.outcome_acceptable",
});

const CHANGES: Record<KeyChange["what"], string> = textsOf({
  added: "admin.key_added",
  removed: "admin.key_removed",
  changed: "admin.key_changed",
});

const ASK_EVERY_MS = 5_000;

export function Configuration(props: ConfigurationProps) {
  const { formats, now, onExpired } = props;
  const { answer, trouble } = useReading<ConfigurationSeen>(
    "/v1/configuration",
    onExpired,
    ASK_EVERY_MS,
  );
  return (
    <section class="admin-part" aria-labelledby="configuration">
      <h2 id="configuration">{t("admin.configuration")}</h2>
      <div class="panel config">
        {trouble && <p class="admin-why">{trouble}</p>}
        {answer && <Running seen={answer} {...{ formats, now }} />}
        {answer?.can_reload && <Reloading {...props} />}
      </div>
    </section>
  );
}

interface RunningProps {
  seen: ConfigurationSeen;
  formats: Formats;
  now: number;
}

function Running({ seen, formats, now }: RunningProps) {
  const { last, watched_every_s } = seen;
  const ago = (at: string) => formats.ago(Date.parse(at), now);
  return (
    <>
      <p>
        <code>{seen.file}</code> {t("admin.loaded", { ago: ago(seen.loaded_at) })}
      </p>
      <p class="muted">{watched(seen.can_reload, watched_every_s, formats)}</p>
      {last && (
        <p class={last.outcome === "refused" ? "admin-why" : "muted"}>
          {t("admin.last_reload", { ago: ago(last.at), by: last.by })}{" "}
          {OUTCOMES[last.outcome]}
        </p>
      )}
      {last?.outcome === "refused" && <Problems problems={last.problems} />}
    </>
  );
}

function watched(canReload: boolean, everyS: number, formats: Formats): string {
  if (!canReload) return t("admin.not_in_a_file");
  return everyS > 0
    ? t("admin.looked_at_every", { seconds: formats.seconds(everyS) })
    : t("admin.not_watched");
}

type Step = "idle" | "asking" | "confirming";

function Reloading({ csrf, onExpired }: ConfigurationProps) {
  const [step, setStep] = useState<Step>("idle");
  const [done, setDone] = useState<ReloadSeen | null>(null);
  const [trouble, setTrouble] = useState<string | null>(null);
  const ask = async (dry_run: boolean) => {
    setStep("asking");
    setTrouble(null);
    try {
      setDone(await askWith("/v1/configuration/reload", { dry_run }, csrf));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (error.status === 401) onExpired();
      setDone(null);
      setTrouble(`${error.message} ${error.remedy}`.trim());
    } finally {
      setStep("idle");
    }
  };
  const busy = step !== "idle";
  return (
    <>
      <p class="config-buttons">
        <button type="button" disabled={busy} onClick={() => void ask(true)}>
          {t("admin.check")}
        </button>
        <button type="button" disabled={busy} onClick={() => setStep("confirming")}>
          {t("admin.reload")}
        </button>
      </p>
      {step === "confirming" && (
        <fieldset class="config-confirm">
          <legend>{t("admin.reload_question")}</legend>
          <button type="button" class="primary" onClick={() => void ask(false)}>
            {t("admin.reload_now")}
          </button>
          <button type="button" class="quiet" onClick={() => setStep("idle")}>
            {t("common.cancel")}
          </button>
        </fieldset>
      )}
      <div role="status" class="config-answer">
        {step === "asking" && <p class="muted">{t("admin.asking")}</p>}
        {trouble && <p class="admin-why">{trouble}</p>}
        {done && step !== "asking" && <Done done={done} />}
      </div>
    </>
  );
}

/** What differs, what is wrong and what was done. */
function Done({ done }: { done: ReloadSeen }) {
  const { changed, changed_count, sources } = done;
  return (
    <>
      <p data-outcome={done.outcome}>
        <strong>{OUTCOMES[done.outcome]}</strong>
      </p>
      {changed.length > 0 && (
        <>
          <h3>{t("admin.keys_that_differ", { count: changed_count })}</h3>
          <ul class="config-keys">
            {changed.map((each) => (
              <li key={each.key} data-what={each.what}>
                <code>{each.key}</code> {CHANGES[each.what]}
                {each.restart && (
                  <span class="admin-why">
                    {" "}
                    {t("admin.needs_a_restart", { why: each.restart })}
                  </span>
                )}
              </li>
            ))}
            {changed_count > changed.length && <li>…</li>}
          </ul>
        </>
      )}
      {sources.length > 0 && (
        <p>{t("admin.opened_again", { sources: sources.join(", ") })}</p>
      )}
      <Problems problems={done.problems} />
      {done.warnings.length > 0 && (
        <>
          <h3>{t("admin.warnings")}</h3>
          <Problems problems={done.warnings} />
        </>
      )}
    </>
  );
}

function Problems({ problems }: { problems: ConfigProblem[] }) {
  if (problems.length === 0) return null;
  return (
    <ul class="problems">
      {problems.map((each) => (
        <li key={`${each.file}:${each.line}:${each.column} ${each.sentence}`}>
          <code>{`${each.file}:${each.line}:${each.column}`}</code>{" "}
          <strong>{each.key}</strong> {inWords(each)}
        </li>
      ))}
    </ul>
  );
}

function inWords({ sentence, remedy }: ConfigProblem): string {
  return remedy ? `${sentence}. ${remedy}` : sentence;
}
