// Every text of the pages in English; the types of all other catalogues follow it.

import { shared } from "./shared";

export const en = { ...shared } as const;
