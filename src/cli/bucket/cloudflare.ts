/** An R2 bucket of an account through Cloudflare's API, as far as its documentation goes: wrangler has no command that lists objects. */
import { unstable_readConfig } from "wrangler";
import { UndertoneError } from "../../errors.ts";
import { once } from "../../once.ts";
import { checkKey } from "../../store/keys.ts";
import type { Store } from "../../store/store.ts";
import { runWrangler } from "../wrangler/run.ts";

const API = "https://api.cloudflare.com/client/v4";
const PER_PAGE = 1000;
const TIMEOUT_MS = 60_000;

/**
 * Opens a bucket, of a jurisdiction if it was made in one; wrangler says who is logged in when something is first asked of it.
 * @throws UndertoneError `internal`, from every method, with Cloudflare's words.
 * @see https://developers.cloudflare.com/api/resources/r2/subresources/buckets/subresources/objects/
 */
export function cloudflareBucket(
  configPath: string,
  bucketName: string,
  jurisdiction?: string,
): Store {
  const account = once(() => openAccount(configPath));
  const objects = async (path: string, init: RequestInit = {}): Promise<Response | null> => {
    const { id, headers: credentials } = await account();
    const headers = {
      ...credentials,
      ...(jurisdiction !== undefined && { "cf-r2-jurisdiction": jurisdiction }),
    };
    return ask(`/accounts/${id}/r2/buckets/${bucketName}/objects${path}`, { ...init, headers });
  };
  const object = (key: string, init?: RequestInit) => objects(`/${checkKey(key)}`, init);
  return {
    name: "r2-api",
    async get(key) {
      const response = await object(key);
      return response && new Uint8Array(await response.arrayBuffer());
    },
    async put(key, bytes) {
      await object(key, { method: "PUT", body: new Uint8Array(bytes) });
    },
    async delete(key) {
      await object(key, { method: "DELETE" });
    },
    async list(prefix) {
      const keys: string[] = [];
      let cursor: string | undefined;
      do {
        const query = new URLSearchParams({ prefix, per_page: String(PER_PAGE) });
        if (cursor) query.set("cursor", cursor);
        const response = await objects(`?${query}`);
        if (response === null) throw refused(`There is no bucket ${bucketName}.`);
        const page = (await response.json()) as ObjectPage;
        keys.push(...page.result.map(({ key }) => key));
        cursor = page.result_info?.cursor;
      } while (cursor);
      return keys.sort();
    },
  };
}

interface ObjectPage {
  readonly result: readonly { readonly key: string }[];
  readonly result_info?: { readonly cursor?: string };
}

/** The account of the bucket, and the credentials for it. */
interface Account {
  readonly id: string;
  readonly headers: Readonly<Record<string, string>>;
}

async function openAccount(configPath: string): Promise<Account> {
  const headers = await credentials(configPath);
  const configured = process.env.CLOUDFLARE_ACCOUNT_ID || accountIn(configPath);
  if (configured) return { id: configured, headers };
  const list = (await (await ask("/accounts", { headers }))?.json()) as AccountList | undefined;
  const [account, ...others] = list?.result ?? [];
  if (account !== undefined && others.length === 0) return { id: account.id, headers };
  throw new UndertoneError(
    "internal",
    "The Cloudflare account is ambiguous: set CLOUDFLARE_ACCOUNT_ID.",
  );
}

interface AccountList {
  readonly result: readonly { readonly id: string }[];
}

function accountIn(configPath: string): string | undefined {
  return unstable_readConfig({ config: configPath }).account_id;
}

/** Authorization headers of the logged-in account, from `wrangler auth token`. */
async function credentials(configPath: string): Promise<Record<string, string>> {
  const run = await runWrangler(["auth", "token", "--json", "--config", configPath]);
  if (run.status !== 0) throw refused(run.output);
  const { token, key, email } = JSON.parse(run.stdout) as Partial<Record<string, string>>;
  if (token !== undefined) return { Authorization: `Bearer ${token}` };
  return { "X-Auth-Key": key ?? "", "X-Auth-Email": email ?? "" };
}

/** The answer; `null` for 404. */
async function ask(path: string, init: RequestInit): Promise<Response | null> {
  const base = process.env.CLOUDFLARE_API_BASE_URL || API;
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const response = await fetch(base + path, { ...init, signal }).catch((error: Error) => {
    throw refused(`${new URL(base).host} cannot be reached: ${String(error.cause ?? error)}`);
  });
  if (response.ok) return response;
  const text = await response.text();
  if (response.status === 404) return null;
  throw refused(`HTTP status ${response.status}: ${text.slice(0, 500)}`);
}

function refused(words: string): UndertoneError {
  return new UndertoneError(
    "internal",
    `Cloudflare's R2 could not be used; log in with 'npx wrangler login' or set CLOUDFLARE_API_TOKEN and CLOUDFLARE_ACCOUNT_ID, and make the bucket with 'npx wrangler r2 bucket create'. It said:\n${words}`,
  );
}
