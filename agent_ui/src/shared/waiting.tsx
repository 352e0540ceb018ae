// What is shown until the first answer is there?

import { t } from "../i18n/words";
import type { Reading } from "./reading";

export function Waiting<T>({ reading }: { reading: Reading<T> }) {
  if (reading.trouble) {
    return (
      <p class="banner" role="alert">
        {reading.trouble}
      </p>
    );
  }
  return (
    <p class="muted" role="status">
      {t("common.asking")}
    </p>
  );
}
