// French: the texts of `en/find.ts`.

import type { Part } from "../catalogue";
import type { find as en } from "../en/find";

export const find: Part<typeof en> = {
  "find.box": "Rechercher un client : compte, nom ou numéro",
  "find.list": "Clients trouvés",
  "find.remember": "Le proposer au prochain appel de ce numéro",
  "find.last_order": "dernière commande",
  "find.asking": "Réponse attendue : {sources}.",
  "find.no_answer": "{source} n’a pas répondu.",
  "find.no_call": "Un client peut être associé tant qu’un appel est sur votre poste.",
  "find.more": "{shown} sur {all} trouvés. Précisez votre recherche.",
  "find.found": {
    one: "{n} client trouvé.",
    other: "{n} clients trouvés.",
  },
  "find.searching": "Recherche…",
  "find.none": "Aucun client trouvé.",
  "find.now_about": "Cet appel concerne maintenant {name}",
  "find.undo": "Annuler",
  "find.undo_title": "Annuler le choix fait pour cet appel",
  "find.shortcut": "rechercher un client par compte, nom ou numéro",
};
