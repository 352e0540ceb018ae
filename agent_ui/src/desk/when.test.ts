import { describe, expect, it } from "vitest";
import { localText, momentOfLocal, parseWhen, tomorrowMorning } from "./when";

// Monday, 30 November 2026, 14:00 in Berlin.
const NOW = Date.parse("2026-11-30T13:00:00Z");
const ZONE = "Europe/Berlin";

function meant(text: string, language = "en-GB", zone = ZONE): string | null {
  const at = parseWhen(text, NOW, zone, language);
  return at === null ? null : localText(at, zone);
}

describe("words for a moment", () => {
  it.each([
    ["Tue 10:00", "2026-12-01T10:00"],
    ["tuesday at 10", "2026-12-01T10:00"],
    ["Mon 10:00", "2026-12-07T10:00"], // today at ten is over
    ["mon 16:30", "2026-11-30T16:30"],
    ["tomorrow", "2026-12-01T09:00"],
    ["tomorrow 3 pm", "2026-12-01T15:00"],
    ["16:00", "2026-11-30T16:00"],
    ["9:00", "2026-12-01T09:00"],
    ["in 2 h", "2026-11-30T16:00"],
    ["2h", "2026-11-30T16:00"],
    ["in 90 min", "2026-11-30T15:30"],
    ["1/12 11:00", "2026-12-01T11:00"],
    ["2026-12-24 10:00", "2026-12-24T10:00"],
    ["5.1. 8:15", "2027-01-05T08:15"],
  ])("%s is %s", (text, expected) => expect(meant(text)).toBe(expected));

  it.each([
    ["Di 10:00", "de", "2026-12-01T10:00"],
    ["morgen um 10 Uhr", "de", "2026-12-01T10:00"],
    ["übermorgen 8:00", "de", "2026-12-02T08:00"],
    ["in 2 Stunden", "de", "2026-11-30T16:00"],
    ["demain à 10h30", "fr", "2026-12-01T10:30"],
    ["mardi 10h", "fr", "2026-12-01T10:00"],
    ["mañana a las 10:00", "es", "2026-12-01T10:00"],
    ["domani alle 10", "it", "2026-12-01T10:00"],
    ["dinsdag om 10:00", "nl", "2026-12-01T10:00"],
    ["jutro o 10:00", "pl", "2026-12-01T10:00"],
    ["wt. 10:00", "pl", "2026-12-01T10:00"],
    ["غدًا ١٠:٠٠", "ar", "2026-12-01T10:00"],
    ["12/1 10:00", "en-US", "2026-12-01T10:00"],
    ["Tue 10:00", "pl", "2026-12-01T10:00"],
  ])("%s in %s is %s", (text, language, expected) =>
    expect(meant(text, language)).toBe(expected),
  );

  it.each(["", "soon", "yesterday", "25:00", "31.2.", "2026-11-29", "2027-06-01"])(
    "%s is not a moment ahead",
    (text) => expect(meant(text)).toBe(null),
  );

  it("is in the centre's zone, over a change of the clocks too", () => {
    expect(parseWhen("Tue 10:00", NOW, "America/Chicago", "en")).toBe(
      Date.parse("2026-12-01T16:00:00Z"),
    );
    expect(momentOfLocal("2026-07-01T10:00", ZONE)).toBe(
      Date.parse("2026-07-01T08:00:00Z"),
    );
    expect(localText(tomorrowMorning(NOW, ZONE), ZONE)).toBe("2026-12-01T09:00");
  });
});
