import { expect, test } from "vitest";
import type { Facet, SourceNote } from "../wire/frames";
import { bodySentence, sourceSentence } from "./words";

function note(changed: Partial<SourceNote>): SourceNote {
  return {
    lookup: "recommendations",
    source: "Orders",
    state: "empty",
    ms: 0.4,
    message: null,
    ...changed,
  };
}

function facet(...notes: SourceNote[]): Facet {
  return {
    state: "empty",
    fields: {},
    rows: [],
    rows_source: null,
    rows_fetched_at: null,
    rows_state: null,
    notes,
  };
}

const TRAINING = "No offers yet: the first model is being trained.";

test("why nothing is offered stands in the body, and the source in the head", () => {
  const said = note({ message: TRAINING });
  expect(bodySentence(facet(said))).toBe(TRAINING);
  expect(sourceSentence(said)).toBe("Orders");
});

test("who was not asked says so in the body, and the head names the source", () => {
  const said = note({ ms: null, message: "waits until you choose who it is" });
  expect(bodySentence(facet(said))).toBe("waits until you choose who it is");
  expect(sourceSentence(said)).toBe("Orders");
});

test("a lookup that found nothing says so in the body", () => {
  const said = note({ lookup: "own_list", message: "no such customer" });
  expect(bodySentence(facet(said))).toBe("no such customer");
  expect(bodySentence(facet(note({})))).toBe("Nothing to show.");
  expect(sourceSentence(note({}))).toBe("Orders");
});
