// Spanish: the texts of `en/dial.ts`.

import type { Part } from "../catalogue";
import type { dial as en } from "../en/dial";

export const dial: Part<typeof en> = {
  "dial.call": "Llamar",
  "dial.call_number": "Llamar al {number}",
  "dial.copy": "Copiar {text}",
  "dial.copied": "Copiado: {text}",
  "dial.not_copied": "No copiado: el navegador no lo permite.",
  "dial.opens": "{label} (se abre en otra pestaña)",
};
