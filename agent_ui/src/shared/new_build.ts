// Has the service been updated since this page was loaded?

import { useEffect, useRef } from "preact/hooks";

/** Loads the page again after an update, but only when that disturbs nobody. */
export function useNewBuild(build: string | undefined, idle: boolean): void {
  const first = useRef<string | undefined>(undefined);
  useEffect(() => {
    first.current ??= build || undefined;
    const changed = build && first.current && build !== first.current;
    if (changed && idle) location.reload();
  }, [build, idle]);
}
