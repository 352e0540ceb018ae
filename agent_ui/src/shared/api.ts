// What does the page ask over HTTP, and who is logged in?

import { said } from "../i18n/said";
import { t } from "../i18n/words";
import type { Disposition, Hello, Note } from "../wire/frames";

export interface SessionUser {
  username: string;
  name: string;
  role: "agent" | "supervisor" | "admin";
  agent: string | null;
  /** How the account writes numbers and dates; null: as the browser. */
  locale?: string | null;
}

export interface Session {
  user: SessionUser;
  csrf: string;
  expires_at: string;
  /** Labels of the configuration, by language. */
  labels?: Record<string, Record<string, string>>;
}

export interface RecentCall {
  call_id: string;
  arrived_at: string;
  direction: string;
  caller: { display: string; number: string | null } | null;
  name: string | null;
  queue: string | null;
  queue_label?: string | null;
  outcome: string | null;
  talk_s: number | null;
  disposition: string | null;
  note: string | null;
}

/** An answer other than 2xx, in the words of the service. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly remedy: string,
  ) {
    super(message);
  }
}

export async function currentSession(): Promise<Session | null> {
  try {
    return (await ask("GET", "/v1/session")) as Session;
  } catch (error) {
    if (error instanceof Refused && error.status === 401) return null;
    throw error;
  }
}

/** False only when the service says so: out of reach is not logged out. */
export async function stillLoggedIn(): Promise<boolean> {
  try {
    return (await currentSession()) !== null;
  } catch (error) {
    if (error instanceof Refused) return true;
    throw error;
  }
}

export async function logIn(username: string, password: string): Promise<Session> {
  return (await ask("POST", "/v1/session", {
    body: { username, password },
  })) as Session;
}

export async function logOut(csrf: string): Promise<void> {
  await ask("DELETE", "/v1/session", { csrf });
}

/** All other sessions end, and this one goes on with a new cookie. */
export async function changePassword(
  old: string,
  wanted: string,
  csrf: string,
): Promise<void> {
  await ask("POST", "/v1/session/password", { body: { old, new: wanted }, csrf });
}

/** The language of this user's pages, on every browser. */
export async function changeLocale(locale: string, csrf: string): Promise<void> {
  await ask("POST", "/v1/session/locale", { body: { locale }, csrf });
}

/** As the pages kept them; null: nothing is kept yet. */
export async function settingsKept(): Promise<unknown> {
  const answer = (await ask("GET", "/v1/session/settings")) as { settings: unknown };
  return answer.settings;
}

export async function keepSettings(settings: object, csrf: string): Promise<void> {
  await ask("POST", "/v1/session/settings", { body: { settings }, csrf });
}

/** The first frame of a desk; for administrators. */
export async function deskHello(): Promise<Hello> {
  return (await ask("GET", "/v1/configuration/desk")) as Hello;
}

/** Recent calls of this agent; none where the service cannot tell. */
export async function recentCalls(limit: number): Promise<RecentCall[]> {
  try {
    const page = await ask("GET", `/v1/calls?limit=${limit}`);
    return callsIn(page);
  } catch (error) {
    if (error instanceof Refused) return [];
    throw error;
  }
}

/** What the desk no longer takes, since its call is long over. Null: it was kept. */
export async function writeLate(
  command: Note | Disposition,
  csrf: string,
): Promise<string | null> {
  const call = `/v1/calls/${encodeURIComponent(command.call_id)}`;
  const query = which(command);
  try {
    if (command.frame === "note") {
      const body = { text: command.text };
      await ask("POST", `${call}/notes?${query}`, { body, csrf });
    } else {
      const body = { code: command.code };
      await ask("POST", `${call}/disposition?${query}`, { body, csrf });
    }
    return null;
  } catch (error) {
    if (error instanceof Refused) return error.message;
    throw error;
  }
}

function callsIn(page: unknown): RecentCall[] {
  if (Array.isArray(page)) return page as RecentCall[];
  const list = Object.values((page ?? {}) as object).find(Array.isArray);
  return (list ?? []) as RecentCall[];
}

/** A call that goes on, as supervisors see it. */
export interface LiveCall {
  call_id: string;
  line: string;
  occurrence: number;
  phase: string;
  held: boolean;
  queue: string | null;
  queue_label: string | null;
  line_label: string;
  arrived_at: string;
  last_event_at: string;
  agents: string[];
}

/** The end of a call was never reported, but it is over. */
export async function endCall(call: CallName, csrf: string): Promise<void> {
  const path = `/v1/calls/${encodeURIComponent(call.call_id)}/over`;
  await ask("POST", `${path}?${which(call)}`, { csrf });
}

export async function acknowledgeAlert(id: string, csrf: string): Promise<void> {
  await ask("POST", "/v1/alerts", { body: { id }, csrf });
}

/** Claim, release, snooze or close: the row of a call of the recall list. */
export async function actOnRecall(
  call: CallName,
  body: unknown,
  csrf: string,
): Promise<void> {
  const path = `/v1/recalls/${encodeURIComponent(call.call_id)}`;
  await ask("POST", `${path}?${which(call)}`, { body, csrf });
}

/** Something long to ask: POST, though nothing is changed. */
export async function askWith<T>(
  path: string,
  body: unknown,
  csrf: string,
): Promise<T> {
  return (await ask("POST", path, { body, csrf })) as T;
}

interface CallName {
  call_id: string;
  line?: string | null;
  occurrence?: number | null;
}

/** What names a call beside its id. */
function which({ line, occurrence }: CallName): URLSearchParams {
  const query = new URLSearchParams();
  if (line) query.set("line", line);
  if (occurrence) query.set("occurrence", String(occurrence));
  return query;
}

/** Something that is only looked at; the caller knows its shape. */
export async function read<T>(path: string): Promise<T> {
  return (await ask("GET", path)) as T;
}

interface AskOptions {
  body?: unknown;
  csrf?: string;
}

async function ask(method: string, path: string, options: AskOptions = {}) {
  const headers: Record<string, string> = { Accept: "application/json" };
  if (options.csrf) headers["X-Screenpop-CSRF"] = options.csrf;
  if (options.body !== undefined) headers["Content-Type"] = "application/json";
  const body = options.body === undefined ? null : JSON.stringify(options.body);
  const response = await reach(path, {
    method,
    headers,
    body,
    credentials: "same-origin",
  });
  if (!response.ok) throw await refusal(response);
  return response.status === 204 ? null : ((await response.json()) as unknown);
}

async function reach(path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(path, init);
  } catch {
    throw new Refused(0, t("ask.no_answer"), t("ask.no_answer_remedy"));
  }
}

async function refusal(response: Response): Promise<Refused> {
  const fallback = t("ask.refused", { status: String(response.status) });
  try {
    const { error } = (await response.json()) as {
      error?: { message?: string; remedy?: string };
    };
    return new Refused(
      response.status,
      said(error?.message ?? "") || fallback,
      said(error?.remedy ?? ""),
    );
  } catch {
    return new Refused(response.status, fallback, t("ask.refused_remedy"));
  }
}
