// French: the texts of `en/dial.ts`.

import type { Part } from "../catalogue";
import type { dial as en } from "../en/dial";

export const dial: Part<typeof en> = {
  "dial.call": "Appeler",
  "dial.call_number": "Appeler le {number}",
  "dial.copy": "Copier {text}",
  "dial.copied": "Copié : {text}",
  "dial.not_copied": "Non copié : le navigateur ne le permet pas.",
  "dial.opens": "{label} (s’ouvre dans un autre onglet)",
};
