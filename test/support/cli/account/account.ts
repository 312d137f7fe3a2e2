/** Stands in for Cloudflare's API as far as `npm run deploy` uses it, by wrangler and by itself: an account that begins empty. */
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { type Buckets, emptyBuckets } from "./buckets.ts";
import { type Databases, emptyDatabases } from "./databases.ts";
import { emptyQueues, type Queues } from "./queues.ts";
import { emptyWorkers, type Workers } from "./workers.ts";

const TOKEN = "not-a-real-token";
const ACCOUNT = "account";
const BASE = `/client/v4/accounts/${ACCOUNT}`;

/** The account, and those who look into it here. */
export interface RemoteAccount {
  /** The environment in which it is found. */
  readonly variables: Readonly<Record<string, string>>;
  readonly buckets: Buckets;
  readonly databases: Databases;
  readonly queues: Queues;
  readonly workers: Workers;
  /** What the account was asked to change, such as `POST /queues`. */
  readonly changes: string[];
  close(): void;
}

/** A request, without what all of them have. */
export interface AccountRequest {
  readonly method: string;
  /** From the account on, split at its slashes: `["r2", "buckets", "one"]`. */
  readonly path: readonly string[];
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage["headers"];
  readonly body: Uint8Array<ArrayBuffer>;
  json(): Record<string, string>;
}

/** What the API gives: bytes of an object, else a result in its envelope; `null` for what is not there. */
export type AccountAnswer = Uint8Array | object | null;

/** Starts it. */
export async function startRemoteAccount(): Promise<RemoteAccount> {
  const buckets = emptyBuckets();
  const databases = emptyDatabases();
  const queues = emptyQueues();
  const workers = emptyWorkers();
  const changes: string[] = [];

  const answerOf = async (request: AccountRequest): Promise<AccountAnswer> => {
    const { method, path } = request;
    const [kind] = path;
    const isQuestion = method === "GET" || ["query", "graphql"].includes(String(path.at(-1)));
    if (!isQuestion) changes.push(`${method} /${path.join("/")}`);
    if (kind === "r2") return await buckets.answer(request);
    if (kind === "d1") return databases.answer(request);
    if (kind === "queues") return queues.answer(request);
    if (kind === "workers") return await workers.answer(request);
    return null;
  };

  const api = createServer(async (request, response) => {
    const body = new Uint8Array(await buffer(request));
    const isKnown = request.headers.authorization === `Bearer ${TOKEN}`;
    const result = isKnown ? await answerOf(requestOf(request, body)) : null;
    if (result instanceof Uint8Array) {
      response.end(result);
      return;
    }
    const success = result !== null;
    const error = { code: isKnown ? 10_007 : 10_000, message: isKnown ? "not found" : "no token" };
    response.writeHead(success ? 200 : isKnown ? 404 : 403, { "Content-Type": "application/json" });
    response.end(JSON.stringify({ success, messages: [], errors: success ? [] : [error], result }));
  });
  await new Promise<void>((resolve) => api.listen(0, "127.0.0.1", resolve));
  const { port } = api.address() as AddressInfo;
  return {
    buckets,
    databases,
    queues,
    workers,
    changes,
    variables: {
      CLOUDFLARE_API_BASE_URL: `http://127.0.0.1:${port}/client/v4`,
      CLOUDFLARE_API_TOKEN: TOKEN,
      CLOUDFLARE_ACCOUNT_ID: ACCOUNT,
    },
    close() {
      api.close();
      databases.close();
    },
  };
}

function requestOf(
  { method = "", url = "", headers }: IncomingMessage,
  body: Uint8Array<ArrayBuffer>,
): AccountRequest {
  const { pathname, searchParams: query } = new URL(url, "http://api");
  const ofAccount = pathname.startsWith(BASE) ? pathname.slice(BASE.length) : pathname;
  const path = ofAccount.split("/").slice(1);
  const json = () => JSON.parse(new TextDecoder().decode(body));
  return { method, path, query, headers, body, json };
}
