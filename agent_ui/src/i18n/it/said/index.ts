// Italian: texts that the service makes in English; see `../../said.ts`.

import type { SaidTexts } from "../../templates";
import alerts from "./alerts.json";
import columns from "./columns.json";
import counted from "./counted.json";
import customer from "./customer.json";
import facts from "./facts.json";
import me from "./me.json";
import offers from "./offers.json";
import recalls from "./recalls.json";
import refusals from "./refusals.json";
import reports from "./reports.json";
import wallboard from "./wallboard.json";

export const said: SaidTexts = {
  ...alerts,
  ...columns,
  ...counted,
  ...customer,
  ...facts,
  ...me,
  ...offers,
  ...recalls,
  ...refusals,
  ...reports,
  ...wallboard,
};
