// Texts of what is inserted into notes.

export const snippets = {
  "snippets.title": "Snippets",
  "snippets.how": "Insert a text; or type /name and a space in the note",
  "snippets.no_room": "“{label}” does not fit into this note any more.",
} as const;
