import { expect, it } from "vitest";
import { memoryStore } from "../../src/store/memory.ts";
import { singleFlight } from "../../src/store/single-flight.ts";
import type { Store } from "../../src/store/store.ts";
import { describeStoreContract } from "../contract/store.ts";

describeStoreContract("the single-flight wrapper", async () => ({
  store: singleFlight(memoryStore()),
  dispose: async () => {},
}));

/** A memory store that counts reads and holds each back until `release`. */
function heldStore() {
  const store = memoryStore();
  const reads: string[] = [];
  let release = () => {};
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  const held: Store = {
    ...store,
    async get(key) {
      reads.push(key);
      await gate;
      return store.get(key);
    },
  };
  return { store: held, reads, release };
}

it("reads a key once for all who ask while the read runs", async () => {
  const { store, reads, release } = heldStore();
  await store.put("a", Uint8Array.of(1));
  const flight = singleFlight(store);
  const asked = [flight.get("a"), flight.get("a"), flight.get("b")];
  release();
  expect(await Promise.all(asked)).toEqual([Uint8Array.of(1), Uint8Array.of(1), null]);
  expect(reads).toEqual(["a", "b"]);
});

it("reads again once the read before is over", async () => {
  const { store, reads, release } = heldStore();
  release();
  const flight = singleFlight(store);
  await flight.get("a");
  await flight.get("a");
  expect(reads).toEqual(["a", "a"]);
});

it("does not remember a read that failed", async () => {
  const memory = memoryStore();
  let failures = 1;
  const flight = singleFlight({
    ...memory,
    get: async (key) => {
      if (failures-- > 0) throw new Error("unreachable");
      return memory.get(key);
    },
  });
  await expect(flight.get("a")).rejects.toThrow("unreachable");
  expect(await flight.get("a")).toBeNull();
});

it.each(["put", "delete", "evict"] as const)("reads afresh after %s", async (change) => {
  const { store, reads, release } = heldStore();
  const flight = singleFlight(store);
  const early = flight.get("a");
  if (change === "put") await flight.put("a", Uint8Array.of(2));
  else await flight[change]?.("a");
  const late = flight.get("a");
  release();
  await Promise.all([early, late]);
  expect(reads).toEqual(["a", "a"]);
});
