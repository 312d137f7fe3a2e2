/** A store that reads into memory that it is given, as R2's does: whoever keeps what was read finds something else in it. */
import type { Store } from "../../../src/store/store.ts";

export function reusingStore<Behind extends Store>(store: Behind): Behind {
  return {
    ...store,
    async getInto(key, memory) {
      const found = await store.get(key);
      if (found === null) return null;
      // Readers take a byte more than they expect.
      const bytes = new Uint8Array(memory.take(found.length + 1), 0, found.length);
      bytes.set(found);
      memory.own(bytes);
      return bytes;
    },
  };
}
