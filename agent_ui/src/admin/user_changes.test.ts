import { expect, test } from "vitest";
import { requestOf } from "./user_changes";

test("a user name is one part of the address, whatever it has in it", () => {
  expect(requestOf({ kind: "active", username: "a/b", active: false })).toEqual({
    path: "/v1/users/a%2Fb",
    body: { active: false },
  });
  expect(requestOf({ kind: "password", username: "ana" })).toEqual({
    path: "/v1/users/ana/password",
    body: {},
  });
});
