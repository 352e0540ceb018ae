import { expect, test } from "vitest";
import type { AlertSeen } from "../wire/frames";
import { levelToSound } from "./alert_sound";

function alert(id: string, more: Partial<AlertSeen> = {}): AlertSeen {
  return {
    id,
    label: id,
    subject: "",
    subject_label: "",
    number: "waiting",
    level: "warning",
    value: 1,
    opened_at: "",
    acknowledged_by: null,
    ...more,
  };
}

test("an alert is heard once, when it is new", () => {
  expect(levelToSound(new Set(), [alert("a")])).toBe("warning");
  expect(levelToSound(new Set(["a"]), [alert("a")])).toBeNull();
  expect(levelToSound(new Set(["a"]), [])).toBeNull();
});

test("the worst of several is heard", () => {
  const both = [alert("a"), alert("b", { level: "critical" })];
  expect(levelToSound(new Set(), both)).toBe("critical");
  expect(levelToSound(new Set(["b"]), both)).toBe("warning");
});

test("what somebody has seen is silent", () => {
  expect(levelToSound(new Set(), [alert("a", { acknowledged_by: "sue" })])).toBeNull();
});
