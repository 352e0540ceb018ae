// French: the texts of `en/admin.ts`.

import type { Part } from "../catalogue";
import type { admin as en } from "../en/admin";

export const admin: Partial<Part<typeof en>> = {
  "admin.orders": "Commandes",
  "admin.back_to_your_desk": "Retour au poste",
  "admin.asking": "Interrogation…",
  "admin.sources": "Sources",
  "admin.waiting": "En attente",
  "admin.configuration": "Configuration",
  "admin.loaded": "chargée {ago}",
  "admin.looked_at_every":
    "Les fichiers modifiés sont vérifiés et appliqués toutes les {seconds}.",
  "admin.not_watched":
    "Les fichiers modifiés ne sont appliqués que par « Recharger » ou SIGHUP.",
  "admin.not_in_a_file":
    "La configuration n’est pas dans un fichier : redémarrez le service pour la modifier.",
  "admin.last_reload": "Dernier rechargement {ago} par {by} :",
  "admin.check": "Vérifier",
  "admin.reload": "Recharger",
  "admin.reload_question":
    "Appliquer maintenant la configuration modifiée ? Les appels continuent ; les sources dont les clés ont changé sont rouvertes.",
  "admin.reload_now": "Recharger maintenant",
  "admin.outcome_switched": "La configuration modifiée est active.",
  "admin.outcome_unchanged": "Aucune clé ne diffère de la configuration active.",
  "admin.outcome_refused": "Refusée : la configuration active reste en place.",
  "admin.outcome_acceptable": "Valide : un rechargement l’applique.",
  "admin.keys_that_differ": "Clés différentes : {count}",
  "admin.key_added": "ajoutée",
  "admin.key_removed": "supprimée",
  "admin.key_changed": "modifiée",
  "admin.needs_a_restart": "exige un redémarrage : {why}",
  "admin.opened_again": "Rouvertes : {sources}",
  "admin.warnings": "Avertissements",
};
