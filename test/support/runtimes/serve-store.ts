/** Serves one store over HTTP, so that a test can drive it from outside of its Worker. */
import { deleteAll } from "../../../src/store/delete-all.ts";
import type { Store } from "../../../src/store/store.ts";

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
