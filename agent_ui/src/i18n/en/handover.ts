// Texts of what colleagues wrote in this very call.

export const handover = {
  "handover.title": "From this call",
  "handover.for_next": "Note for the next agent",
  "handover.placeholder": "Seen first by who gets this call next",
  "handover.left": "Left for the next agent",
  "handover.for_you": "For you",
  "handover.consult_from": "Consult from {agents}",
  "handover.consult_from_a_colleague": "Consult from a colleague",
  "handover.asking": "Asking {agents}",
  "handover.asking_a_colleague": "Asking a colleague",
} as const;
