// Texts of calling and copying numbers.

export const dial = {
  "dial.call": "Call",
  "dial.call_number": "Call {number}",
  "dial.copy": "Copy {text}",
  "dial.copied": "Copied: {text}",
  "dial.not_copied": "Not copied: the browser does not allow it.",
  "dial.opens": "{label} (opens in another tab)",
} as const;
