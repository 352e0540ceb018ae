// Texts of a customer's timeline.

import type { Part } from "../catalogue";
import type { timeline as en } from "../en/timeline";

export const timeline: Part<typeof en> = {
  "timeline.title": "Cronología",
  "timeline.open_title": "Llamadas, notas, pedidos y más por orden de fecha",
  "timeline.shortcut": "mostrar u ocultar la cronología",
  "timeline.only": "Mostrar solo",
  "timeline.call_backs": "Llamadas prometidas",
  "timeline.invoices": "Facturas",
  "timeline.planned": "Próximamente",
  "timeline.today": "Hoy",
  "timeline.yesterday": "Ayer",
  "timeline.undated": "Sin fecha",
  "timeline.entries": {
    one: "{n} entrada",
    other: "{n} entradas",
  },
  "timeline.older": {
    one: "Mostrar {n} entrada anterior",
    other: "Mostrar {n} entradas anteriores",
  },
  "timeline.newer": {
    one: "Mostrar {n} entrada nueva",
    other: "Mostrar {n} entradas nuevas",
  },
  "timeline.asking": "aún sin respuesta: {names}",
  "timeline.failed": "sin respuesta: {names}",
  "timeline.none": "No se sabe nada del pasado de este cliente.",
  "timeline.none_of_these": "No hay entradas de este tipo.",
  "timeline.promised_by": "Llamada prometida por {by}",
  "timeline.promised_here": "Llamada prometida en esta conversación",
  "timeline.this_service": "Lista de llamadas pendientes",
};
