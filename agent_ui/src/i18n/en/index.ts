// Every text of the pages in English; the types of all other catalogues follow it.

import { admin } from "./admin";
import { day } from "./day";
import { desk } from "./desk";
import { dial } from "./dial";
import { find } from "./find";
import { finish } from "./finish";
import { handover } from "./handover";
import { insight } from "./insight";
import { labels } from "./labels";
import { layout } from "./layout";
import { me } from "./me";
import { promise } from "./promise";
import { recalls } from "./recalls";
import { reports } from "./reports";
import { ring } from "./ring";
import { settings } from "./settings";
import { shared } from "./shared";
import { snippets } from "./snippets";
import { timeline } from "./timeline";
import { wallboard } from "./wallboard";

export const en = {
  ...shared,
  ...day,
  ...desk,
  ...labels,
  ...dial,
  ...find,
  ...finish,
  ...snippets,
  ...ring,
  ...settings,
  ...handover,
  ...promise,
  ...layout,
  ...timeline,
  ...me,
  ...recalls,
  ...insight,
  ...admin,
  ...wallboard,
  ...reports,
} as const;
