import { afterEach, expect, test } from "vitest";
import { de } from "./de";
import { en } from "./en";
import { knowLabels, labelOf, placeLabel } from "./labels";
import { speakFrom } from "./words";

afterEach(() => speakFrom(en, "en", "en"));

test("labels of the configuration read in the viewer's language, others as they are", () => {
  knowLabels({ Sales: { de: "Verkauf" } });
  knowLabels({ "Credit limit": { de: "Kreditlimit" } });
  knowLabels(undefined);
  expect(placeLabel("Sales")).toBe("Sales");
  speakFrom(de, "de", "de");
  expect(placeLabel("Sales")).toBe("Verkauf");
  expect(placeLabel("Support")).toBe("Support");
  expect(placeLabel(null)).toBeNull();
  expect(labelOf({ label: "Credit limit" })).toBe("Kreditlimit");
  expect(labelOf({ label: "Sales", labels: { de: "Vertrieb" } })).toBe("Vertrieb");
});
