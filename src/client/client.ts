/** A client of an Undertone service, in Node, browsers, Workers, Deno and Bun. */
import createApi, { type Middleware } from "openapi-fetch";
import type { Paths } from "./api.ts";
import { createJobs, type Jobs } from "./jobs.ts";
import { type RetryTerms, sendWithRetries } from "./retry.ts";
import { type Api, createTasks, type Tasks } from "./tasks.ts";

const DEFAULT_TRIES = 4;
const LONGEST_PAUSE_SECONDS = 60;

/** Where a service is, and how it is asked. */
export interface ClientOptions {
  /** Its address, such as `http://localhost:8787`. */
  readonly baseUrl: string | URL;
  /** An API key; an open service needs none. */
  readonly key?: string;
  /** The most tries of one request; 4 by default. */
  readonly tries?: number;
  /** A service that asks for a longer pause by Retry-After is not asked again; 60 by default. */
  readonly longestPauseSeconds?: number;
  /** Sends the requests; the runtime's own by default. */
  readonly fetch?: (request: Request) => Promise<Response>;
}

/** A client of one service. */
export interface UndertoneClient extends Tasks {
  readonly jobs: Jobs;
  /** Every operation of the API, typed, as openapi-fetch has them; it sends what may be repeated again. */
  readonly api: Api;
}

/**
 * Makes a client; nothing is sent yet.
 * @throws TypeError if `baseUrl` is not an address of http or https
 */
export function createClient(options: ClientOptions): UndertoneClient {
  const { key, tries = DEFAULT_TRIES, longestPauseSeconds = LONGEST_PAUSE_SECONDS } = options;
  // Workers and browsers want their own fetch called as a function of the global object.
  const { fetch: send = (request: Request) => fetch(request) } = options;
  const terms: RetryTerms = { fetch: send, tries, longestPauseSeconds };
  const api = createApi<Paths, `application/${string}json`>({
    baseUrl: addressOf(options.baseUrl),
    headers: key === undefined ? {} : { Authorization: `Bearer ${key}` },
    fetch: (request) => sendWithRetries(terms, request),
  });
  api.use(idempotencyKeys);
  return { ...createTasks(api, terms), jobs: createJobs(api, terms), api };
}

/** What a retry would otherwise do twice. */
const idempotencyKeys: Middleware = {
  onRequest({ request, schemaPath }) {
    const creates = request.method === "POST" && /^\/v1\/(jobs|batches)$/.test(schemaPath);
    if (!creates || request.headers.has("Idempotency-Key")) return undefined;
    request.headers.set("Idempotency-Key", crypto.randomUUID());
    return request;
  },
};

function addressOf(baseUrl: string | URL): string {
  const text = String(baseUrl);
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
    throw new TypeError(`baseUrl is ${text}: it has to begin with http:// or https://.`);
  }
  return text.replace(/\/+$/, "");
}
