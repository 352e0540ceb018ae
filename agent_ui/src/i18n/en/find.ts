// Texts of finding a customer and attaching them to a call.

export const find = {
  "find.box": "Find a customer: account, name or number",
  "find.list": "Customers found",
  "find.remember": "Offer them when this number calls again",
  "find.last_order": "last order",
  "find.asking": "Still asking: {sources}.",
  "find.no_answer": "{source} did not answer.",
  "find.no_call": "A customer can be attached while a call is on your desk.",
  "find.more": "{shown} of {all} found. Type more.",
  "find.found": { one: "{n} customer found.", other: "{n} customers found." },
  "find.searching": "Searching…",
  "find.none": "No customer found.",
  "find.now_about": "This call is now about {name}",
  "find.undo": "Undo",
  "find.undo_title": "Take back who was chosen for this call",
  "find.shortcut": "find a customer by account, name or number",
} as const;
