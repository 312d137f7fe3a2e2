/** Concurrent reads of one key become one read. */
import { joinWork } from "../once.ts";
import { getInto, type ReusedMemory } from "../reused-memory.ts";
import type { Store } from "./store.ts";

/**
 * Wraps `store` so that a `get` joins the one already under way for its key. Those who join share the same bytes and
 * must not write to them. A write, a delete or an eviction starts afresh for the reads after it.
 * @param keepAlive receives each read, which others may wait for longer than the request that began it (on Workers: `waitUntil`)
 */
export function singleFlight(
  store: Store,
  keepAlive: (work: Promise<unknown>) => void = () => {},
): Store {
  const reads = new Map<string, Promise<Uint8Array<ArrayBuffer> | null>>();

  const read = (key: string) =>
    joinWork(reads, key, () => {
      const reading = store.get(key).finally(() => {
        if (reads.get(key) === reading) reads.delete(key);
      });
      keepAlive(reading.catch(() => {}));
      return reading;
    });

  /** Nobody joins it, so that its bytes stay the caller's alone. */
  const readInto = (key: string, memory: ReusedMemory) => {
    if (reads.has(key)) return read(key);
    const reading = getInto(store, key, memory);
    keepAlive(reading.catch(() => {}));
    return reading;
  };

  const afresh = async (key: string, change: Promise<void> | undefined) => {
    reads.delete(key);
    await change;
    reads.delete(key);
  };

  return {
    name: store.name,
    get: read,
    getInto: readInto,
    put: (key, bytes) => afresh(key, store.put(key, bytes)),
    delete: (key) => afresh(key, store.delete(key)),
    list: (prefix) => store.list(prefix),
    evict: (key) => afresh(key, store.evict?.(key)),
  };
}
