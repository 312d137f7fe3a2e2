/** R2 of the account: buckets by jurisdiction, and their objects. */
import { memoryStore } from "../../../../src/store/memory.ts";
import type { Store } from "../../../../src/store/store.ts";
import type { AccountAnswer, AccountRequest } from "./account.ts";

/** The buckets, by names such as `undertone-packs` or `eu/undertone-packs` where they are of a jurisdiction. */
export interface Buckets {
  readonly stores: ReadonlyMap<string, Store>;
  answer(request: AccountRequest): Promise<AccountAnswer>;
}

/** No bucket yet. */
export function emptyBuckets(): Buckets {
  const stores = new Map<string, Store>();
  return {
    stores,
    async answer({ method, path, query, headers, body, json }) {
      const jurisdiction = headers["cf-r2-jurisdiction"];
      const placed = (name: string) => (jurisdiction ? `${jurisdiction}/${name}` : name);
      const [, , name = "", part, ...key] = path;
      if (name === "" && method === "POST") {
        stores.set(placed(json().name as string), memoryStore());
        return { name: json().name };
      }
      const store = stores.get(placed(name));
      if (store === undefined) return null;
      if (part === undefined) return { name };
      if (key.length === 0) {
        return (await store.list(query.get("prefix") ?? "")).map((one) => ({ key: one }));
      }
      return await objectAnswer(store, method, decodeURIComponent(key.join("/")), body);
    },
  };
}

async function objectAnswer(
  store: Store,
  method: string,
  key: string,
  body: Uint8Array<ArrayBuffer>,
): Promise<AccountAnswer> {
  if (method === "GET") return await store.get(key);
  if (method === "DELETE") await store.delete(key);
  else await store.put(key, body);
  return { key };
}
