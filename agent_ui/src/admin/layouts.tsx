// How does a card look with the layout of each queue and role?

import { useState } from "preact/hooks";
import { Card } from "../desk/card";
import type { DeskClient } from "../desk/client";
import { DeskContext } from "../desk/context";
import { helloInLanguage } from "../i18n/labels";
import { t } from "../i18n/words";
import { deskHello, Refused } from "../shared/api";
import type { Formats } from "../shared/format";
import { initialDesk } from "../state/model";
import type { CardLayout, Hello } from "../wire/frames";
import { samplePop } from "./sample";

/** Takes whatever a card asks for and does nothing: a preview saves nothing. */
const NOBODY = new Proxy({}, { get: () => () => undefined }) as DeskClient;

export function Layouts({ formats }: { formats: Formats }) {
  const [hello, setHello] = useState<Hello | null>(null);
  const [chosen, choose] = useState(0);
  const [trouble, setTrouble] = useState("");
  const load = async () => {
    try {
      setHello(await deskHello());
      setTrouble("");
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      setTrouble(`${error.message} ${error.remedy}`);
    }
  };
  const layouts = hello?.layouts ?? [];
  const layout = layouts[chosen - 1] ?? null;
  return (
    <section class="admin-part layouts" aria-labelledby="layouts-title">
      <h2 id="layouts-title">{t("layout.title")}</h2>
      <div class="panel">
        <p class="muted">{t("layout.what")}</p>
        <p>
          <button type="button" onClick={load}>
            {t("layout.show")}
          </button>{" "}
          {hello && (
            <label>
              {t("layout.which")}{" "}
              <select
                value={chosen}
                onChange={(event) => choose(Number(event.currentTarget.value))}
              >
                <option value={0}>{t("layout.usual")}</option>
                {layouts.map((each, index) => (
                  <option key={index} value={index + 1}>
                    {nameOf(each)}
                  </option>
                ))}
              </select>
            </label>
          )}
        </p>
        {trouble && <p role="alert">{trouble}</p>}
        {hello && <Preview {...{ hello, layout, formats }} />}
      </div>
    </section>
  );
}

function nameOf({ queues, roles }: CardLayout): string {
  const all = t("layout.all");
  return `${queues.join(", ") || all} · ${roles.join(", ") || all}`;
}

interface PreviewProps {
  hello: Hello;
  layout: CardLayout | null;
  formats: Formats;
}

function Preview({ hello, layout, formats }: PreviewProps) {
  const read = helloInLanguage(hello);
  const only = layout ? [{ ...layout, queues: [], roles: [] }] : [];
  const pop = samplePop(read, layout?.queues[0] ?? null, hello.server_time);
  const state = {
    ...initialDesk({ hello: { ...read, layouts: only } }),
    pops: { [pop.call_id]: pop },
    order: [pop.call_id],
    selected: pop.call_id,
  };
  return (
    <div class="layout-preview" inert>
      <DeskContext.Provider value={{ client: NOBODY, state, formats, sources: false }}>
        <div class="desk">
          <Card
            key={nameOf(layout ?? { queues: [], roles: [], facets: {} })}
            pop={pop}
            note={null}
            changing={false}
            onChange={() => {}}
          />
        </div>
      </DeskContext.Provider>
    </div>
  );
}
