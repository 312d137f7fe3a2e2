/** A store inside a Worker of this folder, in workerd with its real R2, reached from here. */
import { join } from "node:path";
import type { R2Bucket } from "@cloudflare/workers-types";
import { createTestHarness } from "wrangler";
import type { Store } from "../../../src/store/store.ts";
import type { ReadInto } from "./serve-store.ts";

/** The store, the bucket behind it, and the Worker's address. */
export interface RemoteStore {
  readonly store: Store;
  readonly bucket: R2Bucket;
  readonly url: URL;
  /** Reads a key twice, the second time into the memory of the first. */
  readTwice(key: string): Promise<ReadInto[]>;
  dispose(): Promise<void>;
}

/** Boots the Worker in `main`, which serves its store at `path` by `serveStore`. */
export async function bootRemoteStore(main: string, path = "/"): Promise<RemoteStore> {
  const harness = createTestHarness({
    workers: [
      {
        config: {
          name: "remote-store",
          main: join(import.meta.dirname, main),
          compatibility_date: "2026-11-01",
          r2_buckets: [{ binding: "PACKS", bucket_name: "remote-store" }],
        },
      },
    ],
  });
  const { url } = await harness.listen();
  const { PACKS: bucket } = await harness.getWorker<{ PACKS: R2Bucket }>().getEnv();
  const address = new URL(path, url);
  return {
    store: remoteStore(address),
    bucket,
    url,
    async readTwice(key) {
      const query = new URLSearchParams({ call: "get-into", key });
      return (await (await fetch(new URL(`?${query}`, address))).json()) as ReadInto[];
    },
    dispose: () => harness.close(),
  };
}

function remoteStore(url: URL): Store {
  const call = async (name: string, key: string, body?: Uint8Array) => {
    const query = new URLSearchParams({ call: name, key });
    const method = body === undefined ? "GET" : "POST";
    const response = await fetch(new URL(`?${query}`, url), {
      method,
      body: body?.slice() ?? null,
    });
    if (response.status === 400) throw new RangeError(await response.text());
    if (response.status === 500) throw new Error(await response.text());
    return response;
  };
  return {
    name: "remote",
    async get(key) {
      const response = await call("get", key);
      return response.status === 404 ? null : new Uint8Array(await response.arrayBuffer());
    },
    put: async (key, bytes) => void (await call("put", key, bytes)),
    delete: async (key) => void (await call("delete", key)),
    deleteMany: async (keys) => void (await call("delete-many", JSON.stringify(keys))),
    list: async (prefix) => (await (await call("list", prefix)).json()) as string[],
    evict: async (key) => void (await call("evict", key)),
  };
}
