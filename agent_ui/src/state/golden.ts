// The stories that pytest checks too: what do they look like from here?

import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { ServerFrame } from "../wire/frames";
import { type DeskState, initialDesk } from "./model";
import { reduce } from "./reduce";

export function story(name: string): ServerFrame[] {
  const path = resolve(process.cwd(), "../tests/golden/frames", `${name}.json`);
  return JSON.parse(readFileSync(path, "utf-8")) as ServerFrame[];
}

export function told(frames: ServerFrame[], start = initialDesk()): DeskState {
  return frames.reduce(
    (state, frame) => reduce(state, { type: "frame", frame, nowMs: 0, typing: false }),
    start,
  );
}
