/** The packs of a service, read over HTTP. */
import { UndertoneError } from "../errors.ts";
import { checkKey } from "./keys.ts";
import type { Store } from "./store.ts";

const KEY_PROBLEMS = [
  "key-missing",
  "key-invalid",
  "key-lacks-scope",
  "no-key-configured",
] as const;

/** A store of packs names the default model there (src/model/pack/default-model.ts); a service says it in its list of models. */
const DEFAULT_MODEL_KEY = "packs/default.json";

type Fetch = (url: URL) => Promise<Response>;

/**
 * Opens the packs of the service at `serviceUrl` for reading; nothing can be written.
 * @throws UndertoneError (its methods) `key-missing`, `key-invalid`, `key-lacks-scope` or `no-key-configured` as the
 *   service says; `storage-unavailable` if it cannot be reached or answers with another error.
 */
export function httpStore(serviceUrl: string | URL, fetchUrl: Fetch = (url) => fetch(url)): Store {
  const read = async (path: string): Promise<Response | null> => {
    const url = new URL(`v1/${path}`, serviceUrl);
    const response = await fetchUrl(url).catch((error: unknown) => {
      throw unreachable(url, String(error));
    });
    if (response.ok) return response;
    const problem = await problemOf(response);
    if (response.status === 404) return null;
    throw refused(url, response.status, problem);
  };
  return {
    name: "http",
    async get(key) {
      if (key === DEFAULT_MODEL_KEY) return await defaultOf(await read("models"));
      const path = checkKey(key).startsWith("packs/") ? key : `packs/${key}`;
      const response = await read(path);
      return response && new Uint8Array(await response.arrayBuffer());
    },
    async list(prefix) {
      const response = await read("models");
      if (response === null) return [];
      const { models } = (await response.json()) as { models: readonly { id: string }[] };
      const keys = models.map(({ id }) => `packs/${id}/manifest.json`);
      return keys.filter((key) => key.startsWith(prefix)).sort();
    },
    put: readOnly,
    delete: readOnly,
  };
}

async function defaultOf(list: Response | null): Promise<Uint8Array<ArrayBuffer> | null> {
  if (list === null) return null;
  const { models } = (await list.json()) as { models: readonly ListedModel[] };
  const model = models.find((candidate) => candidate.default)?.id;
  return model === undefined ? null : new TextEncoder().encode(JSON.stringify({ model }));
}

interface ListedModel {
  readonly id: string;
  readonly default: boolean;
}

/** The members of a problem document (RFC 9457) that matter here. */
interface Problem {
  readonly type?: unknown;
  readonly detail?: unknown;
}

async function problemOf(response: Response): Promise<Problem> {
  const answer: unknown = await response.json().catch(() => null);
  return (answer as Problem | null) ?? {};
}

/** A key is something that the caller can do about; other refusals are the service's own trouble. */
function refused(url: URL, status: number, { type, detail }: Problem): UndertoneError {
  const said = `HTTP status ${status}${typeof detail === "string" ? `: ${detail}` : ""}`;
  const slug = KEY_PROBLEMS.find((known) => type === `/problems/${known}`);
  return slug === undefined
    ? unreachable(url, said)
    : new UndertoneError(slug, `The packs at ${url.origin} cannot be read (${said})`);
}

async function readOnly(key: string): Promise<never> {
  checkKey(key);
  throw new UndertoneError(
    "internal",
    "Packs are not written over HTTP: use 'undertone pack install <dir>'.",
  );
}

function unreachable(url: URL, reason: string): UndertoneError {
  return new UndertoneError(
    "storage-unavailable",
    `The packs at ${url.origin} cannot be read (${reason}): check the service's address and that it runs.`,
  );
}
