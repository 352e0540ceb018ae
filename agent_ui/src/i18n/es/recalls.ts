// Spanish: the texts of `en/recalls.ts`.

import type { Part } from "../catalogue";
import type { recalls as en } from "../en/recalls";

export const recalls: Partial<Part<typeof en>> = {
  "recalls.gave_up": "Desistió",
  "recalls.not_answered": "Sin atender",
  "recalls.reached_the_mailbox": "Llegó al buzón de voz",
  "recalls.asked_to_be_called_back": "Pidió que le llamen",
  "recalls.asked_for_a_call_before": "ya pidió una llamada",
  "recalls.out_of_hours": "fuera de horario",
  "recalls.attempts_first_last": {
    one: "{n} intento, primero {first}, último {last}",
    other: "{n} intentos, primero {first}, último {last}",
  },
  "recalls.called_back_in_vain": "Llamada devuelta en vano",
  "recalls.called_back": "Devuelta {tries}×",
  "recalls.you_call_back_until": "Usted devuelve la llamada, hasta {until}",
  "recalls.calls_back_until": "{who} devuelve la llamada, hasta {until}",
  "recalls.a_colleague": "Un compañero",
  "recalls.shown_again": "Se muestra de nuevo {snoozed_until}",
  "recalls.got_through": "Fue atendido",
  "recalls.called_back_2": "Llamada devuelta",
  "recalls.tomorrow_at_9": "Mañana a las 9",
  "recalls.callers_to_call_back": "Llamadas por devolver",
  "recalls.all": "Todas ({length})",
  "recalls.and_more": " y {value} más",
  "recalls.release": "Liberar",
  "recalls.colleagues_see_that_you_call":
    "Los compañeros ven que usted devuelve la llamada",
  "recalls.i_call_back": "La devuelvo yo",
  "recalls.later": "Más tarde",
  "recalls.close": "Cerrar",
  "recalls.show_again_in": "Mostrar de nuevo en",
  "recalls.reason": "Motivo",
  "recalls.call": "Llamar a {who}",
  "recalls.call_2": "Llamar",
  "recalls.queue": "Cola",
  "recalls.all_2": "Todas",
  "recalls.the_list_is_of": "{trouble} La lista es de las {time}.",
  "recalls.asking": "Consultando…",
  "recalls.order": "Orden: {rule}",
  "recalls.to_call_back": "Por devolver",
  "recalls.closed": "Cerradas",
  "recalls.which_callers": "Qué llamantes",
  "recalls.no_caller_waits_to_be": "Nadie espera una devolución de llamada",
  "recalls.no_caller_was_put_off": "Ninguna se aplazó",
  "recalls.no_caller_got_through_or": {
    one: "Nadie fue atendido ni recibió devolución en {n} día",
    other: "Nadie fue atendido ni recibió devolución en {n} días",
  },
  "recalls.callers_who_gave_up_reached":
    "Quien desistió, llegó al buzón o no fue atendido figura aquí hasta que un agente hable con esa persona.",
  "recalls.you_see_the_queues_whose": {
    one: "Ve las colas cuyas llamadas sonaron en su teléfono el último día ({n}).",
    other:
      "Ve las colas cuyas llamadas sonaron en su teléfono en los últimos {n} días.",
  },
  "recalls.after": "{kind} tras {waited}",
  "recalls.one_attempt": "1 intento, {last}",
  "recalls.last": "{times}, la última {ago}",
  "recalls.last_by": "{times}, la última {ago} por {by}",
  "recalls.minutes": {
    one: "{n} minuto",
    other: "{n} minutos",
  },
  "recalls.hours": {
    one: "{n} hora",
    other: "{n} horas",
  },
  "recalls.closed_to": "{how}: {by}, {when}",
  "recalls.closed_by": "{how} por {by}, {when}",
  "recalls.later_for": "Más tarde: {who}",
  "recalls.close_for": "Cerrar: {who}",
};
