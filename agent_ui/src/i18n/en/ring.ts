// Texts of how a ringing call is heard.

export const ring = {
  "ring.sound": "Sound while a call rings",
  "ring.volume": "Volume",
  "ring.test_sound": "Test the sound",
  "ring.test_notice": "Test the notification",
  "ring.playing": "The sound is played.",
  "ring.silent": "The browser keeps this page silent.",
  "ring.no_notices": "This browser has no notifications.",
  "ring.blocked":
    "Notifications are blocked. Allow them in the settings of the browser.",
  "ring.notice": "This is how a call is announced.",
  "ring.shown": "A notification was sent.",
} as const;
