// Texts of what colleagues wrote in this very call.

export const handover = {
  "handover.title": "From this call",
} as const;
