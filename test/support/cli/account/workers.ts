/** Workers of the account, as they were uploaded. */
import type { AccountAnswer, AccountRequest } from "./account.ts";

/** Of an upload, as far as tests look at it. */
export interface Metadata {
  readonly bindings: readonly Readonly<Record<string, unknown>>[];
  readonly limits?: unknown;
  readonly placement?: unknown;
  readonly observability?: unknown;
  readonly assets?: { readonly config?: { readonly _headers?: string } };
}

/** The Workers of an account, by their names. */
export interface Workers {
  /** With the metadata of the last upload. */
  readonly uploaded: ReadonlyMap<string, Metadata>;
  /** Static files by their paths, with the hash and size of each. */
  readonly assets: ReadonlyMap<string, Readonly<Record<string, object>>>;
  answer(request: AccountRequest): Promise<AccountAnswer>;
}

/** No Worker yet. */
export function emptyWorkers(): Workers {
  const uploaded = new Map<string, Metadata>();
  const assets = new Map<string, Readonly<Record<string, object>>>();
  /** Secrets outlive the uploads after their own. */
  const secretsOf = (name: string): Metadata["bindings"] => {
    const bindings = uploaded.get(name)?.bindings ?? [];
    return bindings.filter(({ type }) => type === "secret_text");
  };
  return {
    uploaded,
    assets,
    async answer({ method, path, headers, body, json }) {
      const [, kind, name = "", part] = path;
      if (kind === "subdomain") return { subdomain: "nobody" };
      if (part === "subdomain") return { enabled: true, previews_enabled: false };
      if (kind === "workers") {
        return { name, subdomain: { enabled: false, previews_enabled: false } };
      }
      if (part === "secrets") return uploaded.has(name) ? secretsOf(name) : null;
      if (part === "schedules") return { schedules: [] };
      if (part === "assets-upload-session") {
        assets.set(name, json().manifest as unknown as Record<string, object>);
        // It has all files already.
        return { jwt: "uploaded", buckets: [] };
      }
      if (kind !== "scripts" || method !== "PUT") return null;
      const metadata = await metadataOf(headers["content-type"], body);
      const kept = secretsOf(name).filter(
        (secret) => !metadata.bindings.some((binding) => binding.name === secret.name),
      );
      uploaded.set(name, { ...metadata, bindings: [...metadata.bindings, ...kept] });
      return { id: name, startup_time_ms: 500, entry_point: "functions/cloudflare.ts" };
    },
  };
}

async function metadataOf(type = "", body: Uint8Array<ArrayBuffer>): Promise<Metadata> {
  const form = await new Response(body, { headers: { "Content-Type": type } }).formData();
  return JSON.parse(String(form.get("metadata")));
}
