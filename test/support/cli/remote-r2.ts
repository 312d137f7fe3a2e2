/** Stands in for Cloudflare's API of R2 objects, so that wrangler and the command work on a remote bucket here. */
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { memoryStore } from "../../../src/store/memory.ts";
import type { Store } from "../../../src/store/store.ts";

const TOKEN = "not-a-real-token";
const ACCOUNT = "account";
const OBJECTS = `/client/v4/accounts/${ACCOUNT}/r2/buckets/undertone-packs/objects`;
/** So few that lists have pages. */
const PER_PAGE = 5;

/** A bucket that only the API reaches, and those who look into it here. */
export interface RemoteR2 {
  readonly store: Store;
  /** The environment in which it is found. */
  readonly variables: Readonly<Record<string, string>>;
  /** Keys in the order in which they were written. */
  readonly written: string[];
  /** Has every request refused. */
  refuses: boolean;
  close(): Promise<void>;
}

/** Starts it empty. */
export async function startRemoteR2(): Promise<RemoteR2> {
  const store = memoryStore();
  const written: string[] = [];
  const api = createServer(async (request, response) => {
    const body = new Uint8Array(await buffer(request));
    const isKnown = request.headers.authorization === `Bearer ${TOKEN}` && !remote.refuses;
    const answer = isKnown ? await answerOf(request, body) : { status: 403, body: REFUSAL };
    response.writeHead(answer.status, { "Content-Type": "application/json" });
    response.end(answer.body);
  });

  const answerOf = async ({ method, url = "" }: IncomingMessage, body: Uint8Array) => {
    const { pathname, searchParams } = new URL(url, "http://api");
    if (pathname === "/client/v4/accounts") return success([{ id: ACCOUNT, name: "one" }]);
    if (pathname === OBJECTS) return success(...(await page(searchParams)));
    const key = pathname.startsWith(`${OBJECTS}/`)
      ? decodeURIComponent(pathname.slice(OBJECTS.length + 1))
      : null;
    if (key === null) return { status: 404, body: NOT_FOUND };
    if (method === "PUT") {
      written.push(key);
      await store.put(key, body);
      return success({ key });
    }
    if (method === "DELETE") {
      await store.delete(key);
      return success({ key });
    }
    const bytes = await store.get(key);
    return bytes === null ? { status: 404, body: NOT_FOUND } : { status: 200, body: bytes };
  };

  const page = async (query: URLSearchParams): Promise<[object[], object]> => {
    const keys = await store.list(query.get("prefix") ?? "");
    const start = Number(query.get("cursor") ?? 0);
    const end = start + PER_PAGE;
    const info = end < keys.length ? { cursor: String(end), is_truncated: true } : {};
    return [keys.slice(start, end).map((key) => ({ key })), info];
  };

  await new Promise<void>((resolve) => api.listen(0, "127.0.0.1", resolve));
  const { port } = api.address() as AddressInfo;
  const remote: RemoteR2 = {
    store,
    written,
    refuses: false,
    variables: {
      CLOUDFLARE_API_BASE_URL: `http://127.0.0.1:${port}/client/v4`,
      CLOUDFLARE_API_TOKEN: TOKEN,
      CLOUDFLARE_ACCOUNT_ID: ACCOUNT,
    },
    close: () => new Promise((resolve) => void api.close(() => resolve())),
  };
  return remote;
}

const REFUSAL = JSON.stringify({
  success: false,
  result: null,
  messages: [],
  errors: [{ code: 10_000, message: "Authentication error" }],
});
const NOT_FOUND = JSON.stringify({
  success: false,
  result: null,
  messages: [],
  errors: [{ code: 10_007, message: "The specified key does not exist." }],
});

function success(result: unknown, info: object = {}) {
  const body = { success: true, errors: [], messages: [], result, result_info: info };
  return { status: 200, body: JSON.stringify(body) };
}
