// Texts of a call back that an agent promises for a time.

export const promise = {
  "promise.call_back_at": "Call back at a time",
  "promise.promised_for": "Promised for {at}",
  "promise.take_back": "Take back",
  "promise.when": "When to call back",
  "promise.example": "Tue 10:00, tomorrow, in 2 h",
  "promise.day_and_time": "Day and time",
  "promise.promise": "Promise",
  "promise.not_understood": "Not a time in the next 90 days",
  "promise.call_back_promised": "Call back promised",
  "promise.you_promised": "You promised to call back {at}",
  "promise.promised_by": "{by} promised to call back {at}",
} as const;
