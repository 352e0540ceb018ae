// Texts of a customer's timeline.

export const timeline = {
  "timeline.title": "Timeline",
  "timeline.open_title": "Calls, notes, orders and more in the order of time",
  "timeline.shortcut": "show or hide the timeline",
  "timeline.only": "Show only",
  "timeline.call_backs": "Call-backs",
  "timeline.invoices": "Invoices",
  "timeline.planned": "Ahead",
  "timeline.today": "Today",
  "timeline.yesterday": "Yesterday",
  "timeline.undated": "Without a date",
  "timeline.entries": {
    one: "{n} entry",
    other: "{n} entries",
  },
  "timeline.older": {
    one: "Show {n} older entry",
    other: "Show {n} older entries",
  },
  "timeline.newer": {
    one: "Show {n} new entry",
    other: "Show {n} new entries",
  },
  "timeline.asking": "not answered yet: {names}",
  "timeline.failed": "no answer: {names}",
  "timeline.none": "Nothing is known of this customer’s past.",
  "timeline.none_of_these": "There are no entries of these kinds.",
  "timeline.promised_by": "Call back promised by {by}",
  "timeline.promised_here": "Call back promised on this call",
  "timeline.this_service": "Call-back list",
} as const;
