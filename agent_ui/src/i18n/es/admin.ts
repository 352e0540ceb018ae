// Spanish: the texts of `en/admin.ts`.

import type { Part } from "../catalogue";
import type { admin as en } from "../en/admin";

export const admin: Partial<Part<typeof en>> = {
  "admin.orders": "Pedidos",
  "admin.back_to_your_desk": "Volver a su puesto",
  "admin.asking": "Consultando…",
  "admin.sources": "Orígenes",
  "admin.waiting": "En espera",
  "admin.configuration": "Configuración",
  "admin.loaded": "cargada {ago}",
  "admin.looked_at_every":
    "Los archivos modificados se comprueban y se aplican cada {seconds}.",
  "admin.not_watched":
    "Los archivos modificados solo se aplican con «Recargar» o SIGHUP.",
  "admin.not_in_a_file":
    "La configuración no está en un archivo: reinicie el servicio para cambiarla.",
  "admin.last_reload": "Última recarga {ago} por {by}:",
  "admin.check": "Comprobar",
  "admin.reload": "Recargar",
  "admin.reload_question":
    "¿Aplicar ahora la configuración modificada? Las llamadas continúan; los orígenes cuyas claves cambiaron se abren de nuevo.",
  "admin.reload_now": "Recargar ahora",
  "admin.outcome_switched": "La configuración modificada está activa.",
  "admin.outcome_unchanged": "Ninguna clave difiere de la configuración activa.",
  "admin.outcome_refused": "Rechazada: se mantiene la configuración activa.",
  "admin.outcome_acceptable": "Válida: una recarga la aplica.",
  "admin.keys_that_differ": "Claves distintas: {count}",
  "admin.key_added": "añadida",
  "admin.key_removed": "eliminada",
  "admin.key_changed": "modificada",
  "admin.needs_a_restart": "requiere un reinicio: {why}",
  "admin.opened_again": "Se abren de nuevo: {sources}",
  "admin.warnings": "Advertencias",
};
