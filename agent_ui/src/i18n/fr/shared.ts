// French: the texts of `en/shared.ts`.

import type { Part } from "../catalogue";
import type { shared as en } from "../en/shared";

export const shared: Part<typeof en> = {
  "app.connecting": "Connexion…",
  "app.loading": "Chargement…",
  "app.not_loaded": "La page n’a pas pu être chargée. Rechargez-la.",
  "app.session_over":
    "Votre session est terminée. Reconnectez-vous ; rien de ce que vous avez écrit n’est perdu.",
  "app.trying_again": "{problem} Nouvel essai toutes les quelques secondes…",
  "ask.no_answer": "Le service est injoignable.",
  "ask.no_answer_remedy": "Vérifiez le réseau et réessayez.",
  "ask.refused": "Le service a répondu {status}.",
  "ask.refused_remedy": "Réessayez dans un instant.",
  "ask.no_csv": "Aucun CSV reçu.",
  "ask.no_parquet": "Aucun fichier Parquet reçu.",
  "ask.no_csv_remedy": "Réessayez.",
  "login.user_name": "Nom d’utilisateur",
  "login.password": "Mot de passe",
  "login.log_in": "Se connecter",
  "login.logging_in": "Connexion en cours…",
  "header.pages": "Pages",
  "header.desk": "Poste",
  "header.wallboard": "Supervision",
  "header.recalls": "Rappels",
  "header.recalls_waiting": "Rappels ({n})",
  "header.reports": "Rapports",
  "header.insight": "Offres",
  "header.admin": "Administration",
  "header.my_data": "Mes données",
  "header.other_tab":
    "S’ouvre dans un autre onglet : les appels continuent d’arriver sur votre poste",
  "header.language": "Langue",
  "header.log_out": "Se déconnecter",
  "password.change": "Changer le mot de passe",
  "password.old": "Mot de passe actuel",
  "password.new": "Nouveau mot de passe",
  "password.again": "Répéter le nouveau mot de passe",
  "password.rules": "12 caractères au moins. Vos autres sessions prennent fin.",
  "password.differ":
    "Les nouveaux mots de passe diffèrent. Saisissez deux fois le même.",
  "common.cancel": "Annuler",
  "common.yes": "oui",
  "common.no": "non",
  "common.fetching": "Récupération…",
  "common.csv_cut_at_20_000": "CSV, coupé à 20 000 appels",
  "common.this_page_is_for_supervisors": "Cette page est réservée aux superviseurs",
  "common.your_role_is_agent": "Votre rôle est agent.",
  "common.back_to_your_desk": "Retour au poste",
  "common.asking": "Interrogation…",
};
