/** Stands in for Cloudflare's API as far as `npm run deploy` has wrangler use it: an account that begins empty. */
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { DatabaseSync } from "node:sqlite";
import { buffer } from "node:stream/consumers";

const TOKEN = "not-a-real-token";
const ACCOUNT = "account";
const BASE = `/client/v4/accounts/${ACCOUNT}`;
const DATABASE_ID = "11111111-2222-4333-8444-555555555555";

/** The account, and those who look into it here. */
export interface RemoteAccount {
  /** The environment in which wrangler finds it. */
  readonly variables: Readonly<Record<string, string>>;
  readonly buckets: Set<string>;
  readonly queues: Set<string>;
  readonly consumers: Set<string>;
  /** Names of databases, and where each was asked to be. */
  readonly databases: Map<string, string | undefined>;
  /** Names of Workers that were uploaded, with the metadata of the last upload. */
  readonly workers: Map<string, Metadata>;
  /** Static files of Workers, by their paths, with the hash and size of each. */
  readonly assets: Map<string, Readonly<Record<string, object>>>;
  /** What the account was asked to change, such as `POST /queues`. */
  readonly changes: string[];
  /** Requests that it does not know. */
  readonly unknown: string[];
  readonly sql: DatabaseSync;
  close(): void;
}

/** Of an upload, as far as tests look at it. */
export interface Metadata {
  readonly bindings: readonly Readonly<Record<string, unknown>>[];
  readonly limits?: unknown;
  readonly placement?: unknown;
  readonly observability?: unknown;
  readonly assets?: { readonly config?: { readonly _headers?: string } };
}

/** Starts it. */
export async function startRemoteAccount(): Promise<RemoteAccount> {
  const sql = new DatabaseSync(":memory:");
  const state = {
    buckets: new Set<string>(),
    queues: new Set<string>(),
    consumers: new Set<string>(),
    databases: new Map<string, string | undefined>(),
    workers: new Map<string, Metadata>(),
    assets: new Map<string, Record<string, object>>(),
    changes: [] as string[],
    unknown: [] as string[],
    sql,
  };
  const api = createServer(async (request, response) => {
    const body = await buffer(request);
    const isKnown = request.headers.authorization === `Bearer ${TOKEN}`;
    const result = isKnown ? await answerOf(state, request, body) : null;
    const success = result !== null;
    const error = { code: isKnown ? 10_007 : 10_000, message: isKnown ? "not found" : "no token" };
    response.writeHead(success ? 200 : isKnown ? 404 : 403, { "Content-Type": "application/json" });
    response.end(JSON.stringify({ success, messages: [], errors: success ? [] : [error], result }));
  });
  await new Promise<void>((resolve) => api.listen(0, "127.0.0.1", resolve));
  const { port } = api.address() as AddressInfo;
  return {
    ...state,
    variables: {
      CLOUDFLARE_API_BASE_URL: `http://127.0.0.1:${port}/client/v4`,
      CLOUDFLARE_API_TOKEN: TOKEN,
      CLOUDFLARE_ACCOUNT_ID: ACCOUNT,
    },
    close() {
      api.close();
      sql.close();
    },
  };
}

type State = Omit<RemoteAccount, "variables" | "close">;

async function answerOf(
  state: State,
  { method = "", url = "", headers }: IncomingMessage,
  body: Buffer,
): Promise<unknown> {
  const { pathname, searchParams } = new URL(url, "http://api");
  const path = pathname.startsWith(BASE) ? pathname.slice(BASE.length) : pathname;
  const [, kind, , name = ""] = path.split("/");
  const json = () => JSON.parse(body.toString());
  const isQuestion = method === "GET" || path.endsWith("/query") || path.endsWith("/graphql");
  if (!isQuestion) state.changes.push(`${method} ${path}`);

  if (path.startsWith("/r2/buckets")) {
    if (method === "POST") state.buckets.add(json().name);
    return method === "POST" || state.buckets.has(name) ? { name } : null;
  }
  if (kind === "d1") {
    if (path.endsWith("/query")) return queried(state.sql, json());
    if (method === "POST") {
      state.databases.set(json().name, json().primary_location_hint);
      return { uuid: DATABASE_ID, name: json().name };
    }
    const known = [...state.databases.keys()].map((one) => ({ uuid: DATABASE_ID, name: one }));
    if (name === "") return known;
    return known.find((one) => one.name === name || one.uuid === name) ?? null;
  }
  if (kind === "queues") return queuesAnswer(state, method, path, searchParams, json);
  if (kind === "workers") return workersAnswer(state, method, path, headers, body);
  state.unknown.push(`${method} ${path}`);
  return null;
}

function queuesAnswer(
  state: State,
  method: string,
  path: string,
  query: URLSearchParams,
  json: () => Record<string, string>,
): unknown {
  const queueOf = (name: string) => ({
    queue_id: name,
    queue_name: name,
    consumers: [],
    producers: [],
  });
  const [, , id = "", part] = path.split("/");
  if (part === "consumers") {
    if (method !== "GET") state.consumers.add(id);
    return method === "GET" ? [] : {};
  }
  if (method === "POST") {
    const name = json().queue_name as string;
    state.queues.add(name);
    return queueOf(name);
  }
  const names = query.getAll("name");
  return [...state.queues]
    .filter((name) => names.length === 0 || names.includes(name))
    .map(queueOf);
}

async function workersAnswer(
  state: State,
  method: string,
  path: string,
  headers: IncomingMessage["headers"],
  body: Buffer,
): Promise<unknown> {
  const [, , kind, name = "", part] = path.split("/");
  if (kind === "subdomain") return { subdomain: "nobody" };
  if (part === "subdomain") return { enabled: true, previews_enabled: false };
  if (kind === "workers") return { name, subdomain: { enabled: false, previews_enabled: false } };
  if (part === "secrets") return state.workers.has(name) ? secretsOf(state, name) : null;
  if (part === "schedules") return { schedules: [] };
  if (part === "assets-upload-session") {
    state.assets.set(name, JSON.parse(body.toString()).manifest);
    // It has all files already.
    return { jwt: "uploaded", buckets: [] };
  }
  if (kind === "scripts" && method === "PUT") {
    const form = await new Response(new Uint8Array(body), {
      headers: { "Content-Type": String(headers["content-type"]) },
    }).formData();
    const metadata: Metadata = JSON.parse(String(form.get("metadata")));
    const kept = secretsOf(state, name).filter(
      (secret) => !metadata.bindings.some((binding) => binding.name === secret.name),
    );
    state.workers.set(name, { ...metadata, bindings: [...metadata.bindings, ...kept] });
    return { id: name, startup_time_ms: 500, entry_point: "functions/cloudflare.ts" };
  }
  state.unknown.push(`${method} ${path}`);
  return null;
}

/** Secrets outlive the uploads after their own. */
function secretsOf(state: State, name: string): Metadata["bindings"] {
  const bindings = state.workers.get(name)?.bindings ?? [];
  return bindings.filter(({ type }) => type === "secret_text");
}

function queried(database: DatabaseSync, { sql }: { readonly sql: string }): object[] {
  // wrangler puts comments in front of a migration's statements.
  const statements = sql
    .replace(/^\s*--.*$/gm, "")
    .split(/;\s*/)
    .filter((statement) => statement.trim() !== "");
  return statements.map((statement) => ({
    results: database.prepare(statement).all(),
    success: true,
    meta: {},
  }));
}
