import { expect, test } from "vitest";
import type { UserSeen } from "./answers";
import { withText } from "./users";

function user(username: string, more: Partial<UserSeen> = {}): UserSeen {
  const rest = { team: null, agents: [], locale: null, active: true };
  return { username, name: "", role: "agent", ...rest, ...more };
}

test("users are found by name, user name, team or telephone", () => {
  const ana = user("ana", { name: "Ana Ödegård", team: "Sales", agents: ["1001"] });
  const users = [ana, user("ben")];
  for (const text of ["ödeg", " ANA ", "sales", "100"]) {
    expect(withText(users, text)).toEqual([ana]);
  }
  expect(withText(users, "")).toEqual(users);
  expect(withText(users, "zoe")).toEqual([]);
});
