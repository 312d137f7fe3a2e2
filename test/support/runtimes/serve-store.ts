/** Serves one store over HTTP, so that a test can drive it from outside of its Worker. */

import { getInto } from "../../../src/reused-memory.ts";
import { deleteAll } from "../../../src/store/delete-all.ts";
import type { Store } from "../../../src/store/store.ts";

/** A read into memory that is used again. */
export interface ReadInto {
  readonly bytes: readonly number[] | null;
  /** Nobody but the reader has the bytes. */
  readonly isOwn: boolean;
  /** The bytes lie in memory that the read before had. */
  readonly isReused: boolean;
}

/** Reads a key twice, the second time into the memory of the first. */
async function readTwice(store: Store, key: string): Promise<ReadInto[]> {
  const reads: ReadInto[] = [];
  let spare: ArrayBuffer | null = null;
  for (let time = 0; time < 2; time++) {
    let own: Uint8Array<ArrayBuffer> | null = null;
    let isReused = false;
    const bytes = await getInto(store, key, {
      take(byteLength) {
        isReused = spare !== null;
        return spare ?? new ArrayBuffer(byteLength + 1000);
      },
      own(given) {
        own = given;
      },
    });
    reads.push({ bytes: bytes && [...bytes], isOwn: bytes !== null && own === bytes, isReused });
    spare = (own as Uint8Array<ArrayBuffer> | null)?.buffer ?? null;
    // As the next read into it would, while what was read may still be on its way into a cache.
    if (spare !== null) new Uint8Array(spare).fill(0xff);
  }
  return reads;
}

/** Does what a request of `remoteStore` (remote-store.ts) asks for. */
export async function serveStore(store: Store, request: Request): Promise<Response> {
  const query = new URL(request.url).searchParams;
  const key = query.get("key") ?? "";
  try {
    switch (query.get("call")) {
      case "get": {
        const bytes = await store.get(key);
        return bytes === null ? new Response(null, { status: 404 }) : new Response(bytes);
      }
      case "get-into":
        return Response.json(await readTwice(store, key));
      case "put":
        await store.put(key, new Uint8Array(await request.arrayBuffer()));
        return new Response();
      case "delete":
        await store.delete(key);
        return new Response();
      case "delete-many":
        await deleteAll(store, JSON.parse(key));
        return new Response();
      case "evict":
        await store.evict?.(key);
        return new Response();
      default:
        return Response.json(await store.list(key));
    }
  } catch (error) {
    return new Response(String(error), { status: error instanceof RangeError ? 400 : 500 });
  }
}
