// Spanish: the texts of `en/shared.ts`.

import type { Part } from "../catalogue";
import type { shared as en } from "../en/shared";

export const shared: Part<typeof en> = {
  "app.connecting": "Conectando…",
  "app.loading": "Cargando…",
  "app.not_loaded": "No se pudo cargar la página. Vuelva a cargarla.",
  "app.session_over":
    "Su sesión ha terminado. Inicie sesión de nuevo; no se pierde nada de lo escrito.",
  "app.trying_again": "{problem} Se reintenta cada pocos segundos…",
  "ask.no_answer": "No se puede contactar con el servicio.",
  "ask.no_answer_remedy": "Compruebe la red e inténtelo de nuevo.",
  "ask.refused": "El servicio respondió {status}.",
  "ask.refused_remedy": "Inténtelo de nuevo en un momento.",
  "ask.no_csv": "No llegó ningún CSV.",
  "ask.no_parquet": "No llegó ningún archivo Parquet.",
  "ask.no_csv_remedy": "Inténtelo de nuevo.",
  "login.user_name": "Nombre de usuario",
  "login.password": "Contraseña",
  "login.log_in": "Iniciar sesión",
  "login.logging_in": "Iniciando sesión…",
  "header.pages": "Páginas",
  "header.desk": "Puesto",
  "header.wallboard": "Panel",
  "header.recalls": "Devolver llamadas",
  "header.recalls_waiting": "Devolver llamadas ({n})",
  "header.reports": "Informes",
  "header.insight": "Ofertas",
  "header.admin": "Administración",
  "header.my_data": "Mis datos",
  "header.other_tab":
    "Se abre en otra pestaña: las llamadas siguen apareciendo en su puesto",
  "header.language": "Idioma",
  "header.log_out": "Cerrar sesión",
  "password.change": "Cambiar contraseña",
  "password.old": "Contraseña actual",
  "password.new": "Contraseña nueva",
  "password.again": "Repetir la contraseña nueva",
  "password.rules": "Al menos 12 caracteres. Sus otras sesiones terminan.",
  "password.differ":
    "Las contraseñas nuevas son distintas. Escriba dos veces la misma.",
  "common.cancel": "Cancelar",
  "common.yes": "sí",
  "common.no": "no",
  "common.fetching": "Obteniendo…",
  "common.csv_cut_at_20_000": "CSV, cortado en 20 000 llamadas",
  "common.this_page_is_for_supervisors": "Esta página es para supervisores",
  "common.your_role_is_agent": "Su función es agente.",
  "common.back_to_your_desk": "Volver a su puesto",
  "common.asking": "Consultando…",
};
