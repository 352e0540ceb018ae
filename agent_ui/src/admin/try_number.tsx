// What would an agent see for this number, and which lookup said what, how fast?

import { useState } from "preact/hooks";
import { said } from "../i18n/said";
import { t } from "../i18n/words";
import { Refused, read } from "../shared/api";
import type { Formats } from "../shared/format";
import type { Found, Line, LookupTold } from "./answers";
import { Candidates, Facets } from "./found";
import { LOOKUP_OUTCOMES } from "./words";

interface TryNumberProps {
  lines: Line[];
  formats: Formats;
  onExpired(): void;
}

interface Asked {
  number: string;
  line: string;
  dialled: string;
}

export const NUMBER_CHARS_MAX = 64;

export function TryNumber({ lines, formats, onExpired }: TryNumberProps) {
  const [asked, setAsked] = useState<Asked>({ number: "", line: "", dialled: "" });
  const [found, setFound] = useState<Found | null>(null);
  const [trouble, setTrouble] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const ask = async (what: Asked, candidate = "") => {
    setBusy(true);
    setTrouble(null);
    setAsked(what);
    try {
      setFound(await read<Found>(pathOf(what, candidate)));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (error.status === 401) onExpired();
      setFound(null);
      setTrouble(`${error.message} ${error.remedy}`.trim());
    } finally {
      setBusy(false);
    }
  };
  return (
    <section class="admin-part" aria-labelledby="try-number">
      <h2 id="try-number">{t("admin.try_a_number")}</h2>
      <div class="panel try">
        <p class="muted">{t("admin.try_hint")}</p>
        <AskForm {...{ lines, busy }} onAsk={(what) => void ask(what)} />
        <div role="status" class="tried-answer">
          {busy && <p class="muted">{t("admin.asking")}</p>}
          {trouble && <p class="admin-why">{trouble}</p>}
        </div>
        {found && !busy && (
          <div class="tried">
            <p>{readAs(found)}</p>
            <Waterfall lookups={found.lookups} formats={formats} />
            <Candidates
              {...{ found, formats }}
              onChoose={(key) => void ask(asked, key)}
            />
            <Facets found={found} formats={formats} />
          </div>
        )}
      </div>
    </section>
  );
}

function pathOf({ number, line, dialled }: Asked, candidate: string): string {
  const query = new URLSearchParams({ number });
  if (line) query.set("line", line);
  if (dialled) query.set("dialled", dialled);
  if (candidate) query.set("candidate", candidate);
  return `/v1/lookup?${query}`;
}

function readAs({ number, country, raw }: Found): string {
  if (!number) return t("admin.not_a_number", { raw: raw ?? "" });
  return country
    ? t("admin.read_as_of", { number, country })
    : t("admin.read_as", { number });
}

interface AskFormProps {
  lines: Line[];
  busy: boolean;
  onAsk(what: Asked): void;
}

function AskForm({ lines, busy, onAsk }: AskFormProps) {
  const submit = (event: Event) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const said = (name: string) => String(form.get(name) ?? "").trim();
    const number = said("number");
    if (number) onAsk({ number, line: said("line"), dialled: said("dialled") });
  };
  const phone = { type: "tel", dir: "ltr", maxLength: NUMBER_CHARS_MAX } as const;
  return (
    <form class="try-form" onSubmit={submit}>
      <label>
        {t("admin.number")}
        <input name="number" required autocomplete="off" {...phone} />
      </label>
      {lines.length > 0 && (
        <label>
          {t("admin.line")}
          <select name="line">
            {lines.map(({ line, label }) => (
              <option key={line} value={line}>
                {label ?? line}
              </option>
            ))}
          </select>
        </label>
      )}
      <label>
        {t("admin.dialled")}
        <input name="dialled" autocomplete="off" {...phone} />
      </label>
      <button type="submit" class="primary" disabled={busy}>
        {t("admin.look_up")}
      </button>
    </form>
  );
}

interface WaterfallProps {
  lookups: LookupTold[];
  formats: Formats;
}

/** One bar a lookup, on one scale: where it begins and how long it takes. */
function Waterfall({ lookups, formats }: WaterfallProps) {
  const whole = Math.max(1, ...lookups.map((each) => each.started_ms + each.ms));
  const share = (ms: number) => `${(100 * ms) / whole}%`;
  return (
    <>
      <h3>{t("admin.lookups")}</h3>
      {lookups.length === 0 && <p class="muted">{t("admin.no_lookup")}</p>}
      <ul class="waterfall">
        {lookups.map((each) => (
          <li key={each.name} data-lookup={each.name} data-outcome={each.outcome}>
            <span class="waterfall-name">
              {each.name} <span class="muted">{each.source}</span>
            </span>
            <span class="waterfall-track" aria-hidden="true">
              <span
                class="waterfall-bar"
                style={{
                  insetInlineStart: share(each.started_ms),
                  width: share(each.ms),
                }}
              />
            </span>
            <span class="waterfall-said">
              {t("admin.starts_and_takes", {
                start: formats.milliseconds(each.started_ms),
                length: formats.milliseconds(each.ms),
              })}
              , {LOOKUP_OUTCOMES[each.outcome]}
            </span>
            {(each.detail ?? each.message) && (
              <span class="admin-why waterfall-why">
                {said(each.detail ?? each.message ?? "")}
              </span>
            )}
          </li>
        ))}
      </ul>
    </>
  );
}
