/** The packs of a service, read over HTTP. */
import { UndertoneError } from "../errors.ts";
import { checkKey } from "./keys.ts";
import type { Store } from "./store.ts";

type Fetch = (url: URL) => Promise<Response>;

/**
 * Opens the packs of the service at `serviceUrl` for reading; nothing can be written.
 * @throws UndertoneError (its methods) `internal` if the service cannot be reached or answers with an error.
 */
export function httpStore(serviceUrl: string | URL, fetchUrl: Fetch = (url) => fetch(url)): Store {
  const read = async (path: string): Promise<Response | null> => {
    const url = new URL(`v1/${path}`, serviceUrl);
    const response = await fetchUrl(url).catch((error: unknown) => {
      throw unreachable(url, String(error));
    });
    if (response.ok) return response;
    const said = await saidBy(response);
    if (response.status === 404) return null;
    throw unreachable(url, said);
  };
  return {
    name: "http",
    async get(key) {
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

/** What a refusal says, such as that a key is needed. */
async function saidBy(response: Response): Promise<string> {
  const status = `HTTP status ${response.status}`;
  const problem: unknown = await response.json().catch(() => null);
  const detail = (problem as { readonly detail?: unknown } | null)?.detail;
  return typeof detail === "string" ? `${status}: ${detail}` : status;
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
    "internal",
    `The packs at ${url.origin} cannot be read (${reason}): check the service's address and that it runs.`,
  );
}
