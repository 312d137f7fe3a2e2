/** Stands in for Cloudflare's API of D1, so that wrangler works on a remote database here: the SQL that it sends is run. */
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { openSqliteDatabase, type SqliteDatabase } from "../../../src/database/sqlite.ts";

const MIGRATIONS = new URL("../../../migrations", import.meta.url).pathname;
const TOKEN = "a-token";
const ACCOUNT = "an-account";
const DATABASES = `/client/v4/accounts/${ACCOUNT}/d1/database/`;
/** Of the only database, whatever its name. */
const DATABASE_ID = "11111111-2222-4333-8444-555555555555";

/** A database that only wrangler's commands reach, and those who look into it here. */
export interface RemoteD1 {
  readonly database: SqliteDatabase;
  /** The environment in which wrangler finds it. */
  readonly variables: Readonly<Record<string, string>>;
  /** The names of databases that were asked for. */
  readonly asked: Set<string>;
  close(): void;
}

/** Starts it with the tables of migrations/. */
export async function startRemoteD1(): Promise<RemoteD1> {
  const database = openSqliteDatabase(":memory:", MIGRATIONS);
  const asked = new Set<string>();
  const api = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? "", "http://api");
    const [name = "", isQuery] = pathname.slice(DATABASES.length).split("/");
    const isKnown =
      request.headers.authorization === `Bearer ${TOKEN}` && pathname.startsWith(DATABASES);
    if (isKnown && name !== DATABASE_ID) asked.add(name);
    const found = { success: true, result: { uuid: DATABASE_ID, name } };
    const answered = async () => (isQuery ? await query(database, await textOf(request)) : found);
    const answer = isKnown ? await answered() : refusal();
    response.writeHead(isKnown ? 200 : 403, { "Content-Type": "application/json" });
    response.end(JSON.stringify({ messages: [], errors: [], ...answer }));
  });
  await new Promise<void>((resolve) => api.listen(0, "127.0.0.1", resolve));
  const { port } = api.address() as AddressInfo;
  return {
    database,
    asked,
    variables: {
      CLOUDFLARE_API_BASE_URL: `http://127.0.0.1:${port}/client/v4`,
      CLOUDFLARE_API_TOKEN: TOKEN,
      CLOUDFLARE_ACCOUNT_ID: ACCOUNT,
    },
    close() {
      api.close();
      database.close();
    },
  };
}

async function query(database: SqliteDatabase, body: string) {
  const { sql } = JSON.parse(body) as { sql: string };
  const statements = sql.split(/;\s*/).filter((statement) => statement !== "");
  const result: object[] = [];
  for (const statement of statements) {
    const results = await database.all({ sql: statement, values: [] });
    result.push({ results, success: true, meta: {} });
  }
  return { success: true, result };
}

function refusal() {
  return {
    success: false,
    result: null,
    errors: [{ code: 10_000, message: "Authentication error" }],
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  return text(request);
}
