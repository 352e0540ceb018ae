// Polish: texts that the service makes in English; see `../../said.ts`.

import type { SaidTexts } from "../../templates";
import alerts from "./alerts.json";
import wallboard from "./wallboard.json";

export const said: SaidTexts = {
  ...alerts,
  ...wallboard,
};
