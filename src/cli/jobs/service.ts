/** A running service, as commands about jobs ask it. */
import { setTimeout as pause } from "node:timers/promises";
import { UndertoneError } from "../../errors.ts";

/** The members of a job that are read. */
export interface RemoteJob {
  readonly id: string;
  readonly status: string;
  readonly progress: {
    readonly windows_done: number;
    readonly windows_total: number;
    readonly seconds_left: number | null;
  };
  readonly problem: { readonly detail: string } | null;
}

/** Where a service is, and the key to it. */
export interface ServiceAccess {
  readonly url: URL;
  /** Of scope jobs; an open service needs none. */
  readonly key: string | undefined;
}

/** Answers that another try may change. */
const PASSING = [408, 409, 425, 429, 500, 502, 503, 504];
const MOST_TRIES = 8;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;

/**
 * Requests a path of the service, again where that may help.
 * @param init of a request that may be sent twice
 * @throws UndertoneError `url-unreachable`; `url-refused` with the service's reason.
 */
export async function askService(
  { url, key }: ServiceAccess,
  path: string,
  init: RequestInit = {},
): Promise<Response> {
  const headers = new Headers(init.headers);
  if (key !== undefined) headers.set("Authorization", `Bearer ${key}`);
  for (let tries = 1; ; tries++) {
    const response = await attempt(new URL(path, url), { ...init, headers });
    const isLast = tries === MOST_TRIES;
    if (response instanceof Response && response.ok) return response;
    const mayPass = !(response instanceof Response) || PASSING.includes(response.status);
    if (isLast || !mayPass) throw await failureOf(url, response);
    const asked = response instanceof Response ? Number(response.headers.get("Retry-After")) : 0;
    await pause(asked > 0 ? Math.min(asked * 1000, LONGEST_PAUSE_MS) : pauseMs(tries));
  }
}

/** Milliseconds to wait after so many tries: twice as long after each, a random half of it left out, so that many do not ask at once. */
export function pauseMs(tries: number, random: () => number = Math.random): number {
  const wholeMs = Math.min(FIRST_PAUSE_MS * 2 ** (tries - 1), LONGEST_PAUSE_MS);
  return wholeMs * (1 - random() / 2);
}

function attempt(url: URL, init: RequestInit): Promise<Response | Error> {
  // A key must not follow to another address.
  return fetch(url, { ...init, redirect: "manual" }).catch((error: Error) => error);
}

async function failureOf(url: URL, response: Response | Error): Promise<UndertoneError> {
  if (response instanceof Error) {
    const { cause } = response as { cause?: { code?: string } };
    return new UndertoneError(
      "url-unreachable",
      `${url.origin} cannot be reached (${cause?.code ?? response.message}). Check the address, and that the service runs.`,
    );
  }
  const problem = await response.json().catch(() => ({}));
  const reason = typeof problem.detail === "string" ? problem.detail : "without a reason";
  const { status } = response;
  return new UndertoneError("url-refused", `${url.origin} answers ${status}: ${reason}`, {
    status,
  });
}
