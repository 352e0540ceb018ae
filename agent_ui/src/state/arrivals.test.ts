import { expect, test } from "vitest";
import type { Column, Facet, PopOpened, PopUpdated, Resync } from "../wire/frames";
import { inOrderOfArrival } from "./arrivals";
import { story, told } from "./golden";

const opened = story("fills_in_and_is_answered").find(
  (frame): frame is PopOpened => frame.frame === "pop.opened",
) as PopOpened;
const id = opened.call_id;

function identity(...names: string[]): Record<string, Facet> {
  const field = {
    value: "x",
    source: "crm",
    fetched_at: "",
    state: "fresh",
    others: [],
  };
  const fields = Object.fromEntries(names.map((name) => [name, field]));
  return { identity: { ...opened.facets.identity, fields } as unknown as Facet };
}

const columns = ["city", "email", "name"].map(
  (name) => ({ name, label: name, type: "text", currency: null }) as Column,
);

test("what came first keeps its place, over an update and a resync alike", () => {
  const first = { ...opened, facets: identity("email") };
  const more = identity("city", "email", "name");
  const update = { frame: "pop.updated", call_id: id, offset: 90, facets: more };
  const desk = told([first, update as unknown as PopUpdated]);
  const order = (arrivals: Record<string, number> | undefined) =>
    inOrderOfArrival(columns, arrivals ?? {}).map((each) => each.name);
  expect(order(desk.pops[id]?.arrivals)).toEqual(["email", "city", "name"]);
  const pops = [{ ...opened, facets: more, offset: 95 }];
  const again = { frame: "resync", offset: 95, pops, reason: "too_old" } as Resync;
  expect(order(told([again], desk).pops[id]?.arrivals)).toEqual([
    "email",
    "city",
    "name",
  ]);
});
