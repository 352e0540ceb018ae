// Which page is this?

import { useEffect, useState } from "preact/hooks";

export type Page =
  | "desk"
  | "wallboard"
  | "recalls"
  | "reports"
  | "insight"
  | "admin"
  | "me";

export function pageOf(path: string): Page {
  if (path.startsWith("/wallboard")) return "wallboard";
  if (path.startsWith("/recalls")) return "recalls";
  if (path.startsWith("/insight")) return "insight";
  if (path.startsWith("/reports")) return "reports";
  if (path === "/me" || path.startsWith("/me/")) return "me";
  return path.startsWith("/admin") ? "admin" : "desk";
}

export function go(path: string): void {
  history.pushState(null, "", path);
  dispatchEvent(new PopStateEvent("popstate"));
}

export function usePage(): Page {
  const [page, set] = useState(() => pageOf(location.pathname));
  useEffect(() => {
    const onMove = () => set(pageOf(location.pathname));
    addEventListener("popstate", onMove);
    return () => removeEventListener("popstate", onMove);
  }, []);
  return page;
}
