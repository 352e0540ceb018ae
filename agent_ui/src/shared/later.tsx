// How does a part of the page come that not everybody looks at?

import { type ComponentType, h } from "preact";
import { useEffect, useState } from "preact/hooks";
import { t } from "../i18n/words";
import { applyTypeSizeAgain } from "./type_size";

export type Load<Props> = () => Promise<ComponentType<Props>>;

/** Fetched by who looks at it: the desk stays small. */
export function Later<Props extends object>({
  load,
  ...props
}: Props & { load: Load<Props> }) {
  const [found, setFound] = useState<ComponentType<Props> | null>(null);
  const [lost, setLost] = useState(false);
  useEffect(() => {
    load().then(
      (part) => {
        applyTypeSizeAgain(); // its styles came with it
        setFound(() => part);
      },
      () => setLost(true),
    );
  }, [load]);
  if (found) return h(found, props as unknown as Props);
  return (
    <p class="empty muted" role="status">
      {t(lost ? "app.not_loaded" : "app.loading")}
    </p>
  );
}
