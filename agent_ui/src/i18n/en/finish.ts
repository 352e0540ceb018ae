// Texts of what is missing before a call is finished.

export const finish = {
  "finish.choose_a_result": "Choose a result before Finish",
  "finish.required": "Result (required)",
} as const;
