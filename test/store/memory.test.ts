import { expect, it } from "vitest";
import { memoryStore } from "../../src/store/memory.ts";
import { describeStoreContract } from "../contract/store.ts";

describeStoreContract("the memory store", async () => ({
  store: memoryStore(),
  dispose: async () => {},
}));

it("hands out copies that a reader may change", async () => {
  const store = memoryStore();
  await store.put("a", Uint8Array.of(1));
  (await store.get("a"))?.fill(9);
  expect(await store.get("a")).toEqual(Uint8Array.of(1));
});
