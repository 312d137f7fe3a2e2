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

it("joins a read that runs, and lets none join what is read into the reader's memory", async () => {
  const { store, release } = heldStore();
  await store.put("a", Uint8Array.of(1));
  const kept: Promise<unknown>[] = [];
  const owned: Uint8Array[] = [];
  let into = 0;
  const memory = {
    take: (byteLength: number) => new ArrayBuffer(byteLength),
    own: (bytes: Uint8Array) => void owned.push(bytes),
  };
  const flight = singleFlight(
    {
      ...store,
      async getInto(key, memory) {
        into++;
        const bytes = (await store.get(key)) as Uint8Array<ArrayBuffer>;
        memory.own(bytes);
        return bytes;
      },
    },
    (work) => kept.push(work),
  );
  const alone = [flight.getInto?.("a", memory), flight.get("a")];
  const joined = flight.getInto?.("a", memory);
  release();
  expect(await Promise.all([...alone, joined])).toEqual(Array(3).fill(Uint8Array.of(1)));
  expect(into).toBe(1);
  expect(owned).toEqual([await alone[0]]);
  // Whoever waits for one of them may wait for longer than the request that began it.
  expect(kept).toHaveLength(2);
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
