/** What every store driver must do. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Store, WalkableStore } from "../../src/store/store.ts";

/** A driver under test, and how to be done with it. */
export interface StoreUnderTest {
  readonly store: Store;
  dispose(): Promise<void>;
}

/** Runs the contract against the driver that `open` makes, empty. */
export function describeStoreContract(name: string, open: () => Promise<StoreUnderTest>): void {
  describe(`${name} keeps the store contract`, () => {
    let opened: StoreUnderTest;
    let store: Store;
    beforeAll(async () => {
      opened = await open();
      store = opened.store;
    });
    afterAll(() => opened?.dispose());

    it("names its driver", () => {
      expect(store.name).not.toBe("");
    });

    it.each(["blobs/absent.onnx", "packs/absent/manifest.json"])(
      "gives null for %s",
      async (key) => {
        expect(await store.get(key)).toBeNull();
      },
    );

    it.each([
      ["no bytes", new Uint8Array()],
      ["every byte value", Uint8Array.from({ length: 256 }, (_, index) => index)],
      ["a megabyte", new Uint8Array(1 << 20).fill(7)],
    ])("gives back %s", async (what, bytes) => {
      for (const folder of ["blobs", "packs"]) {
        const key = `${folder}/back/${what.replaceAll(" ", "-")}`;
        await store.put(key, bytes);
        expect(Buffer.compare(await present(store.get(key)), bytes)).toBe(0);
      }
    });

    it("writes only the view it is given, not the buffer behind it", async () => {
      await store.put("blobs/view", Uint8Array.of(1, 2, 3, 4).subarray(1, 3));
      expect(await store.get("blobs/view")).toEqual(Uint8Array.of(2, 3));
    });

    it("keeps what was written when the caller's array changes afterwards", async () => {
      const bytes = Uint8Array.of(1, 2);
      await store.put("blobs/own", bytes);
      bytes.fill(9);
      expect(await store.get("blobs/own")).toEqual(Uint8Array.of(1, 2));
    });

    it.each(["blobs/again", "packs/again"])("replaces what %s held", async (key) => {
      await store.put(key, Uint8Array.of(1, 1, 1));
      await store.get(key);
      await store.put(key, Uint8Array.of(2));
      expect(await store.get(key)).toEqual(Uint8Array.of(2));
    });

    it.each(["blobs/gone", "packs/gone"])("forgets %s once deleted", async (key) => {
      await store.put(key, Uint8Array.of(1));
      await store.get(key);
      await store.delete(key);
      expect(await store.get(key)).toBeNull();
      await store.delete(key);
    });

    it("still reads a key after its eviction", async () => {
      await store.put("blobs/kept", Uint8Array.of(5));
      await store.get("blobs/kept");
      await store.evict?.("blobs/kept");
      expect(await store.get("blobs/kept")).toEqual(Uint8Array.of(5));
    });

    it("lists the keys that start with a prefix, in ascending order", async () => {
      for (const key of [
        "list/b/2",
        "list/a/10",
        "list/a/9",
        "list/B",
        "listing/a",
        "list/b/1.json",
      ]) {
        await store.put(key, Uint8Array.of(1));
      }
      expect(await store.list("list/")).toEqual([
        "list/B",
        "list/a/10",
        "list/a/9",
        "list/b/1.json",
        "list/b/2",
      ]);
      expect(await store.list("list/a/1")).toEqual(["list/a/10"]);
      expect(await store.list("nothing/")).toEqual([]);
    });

    it.each([
      "",
      "/etc/passwd",
      "../outside",
      "blobs/../../outside",
      "blobs/./a",
      "blobs//a",
      "blobs/",
      ".hidden",
      "blobs/.hidden",
      "blobs\\a",
      "C:\\a",
      "blobs/a\u0000b",
      "blobs/ä",
      "blobs/a b",
      "blobs/a?b",
      "b".repeat(513),
    ])("refuses %j as a key", async (key) => {
      await expect(store.get(key)).rejects.toThrow(RangeError);
      await expect(store.put(key, Uint8Array.of(1))).rejects.toThrow(RangeError);
      await expect(store.delete(key)).rejects.toThrow(RangeError);
    });
  });
}

/** Runs the contract of stores that can be gone through against the driver that `open` makes, empty. */
export function describeWalkableStoreContract(
  name: string,
  open: () => Promise<StoreUnderTest & { readonly store: WalkableStore }>,
): void {
  describe(`${name} can be gone through`, () => {
    let opened: Awaited<ReturnType<typeof open>>;
    let store: WalkableStore;
    beforeAll(async () => {
      opened = await open();
      store = opened.store;
    });
    afterAll(() => opened?.dispose());

    /** In the order of their characters, which is not that of a walk through folders. */
    const KEYS = ["a", "b-c/1", "b.c/1", "b/1", "b/c/10", "b/c/9", "b/d", "b0", "c/1"];

    const MEBIBYTE = 2 ** 20;
    /** A little more than a part of R2's multipart uploads, twice that to the byte, and what is no multiple of anything. */
    const SIZES = [0, 1, 300_000, 5 * MEBIBYTE, 5 * MEBIBYTE + 1, 10 * MEBIBYTE, 11_111_111];

    it.each(SIZES)("writes and reads %i bytes piece by piece", async (size) => {
      const bytes = patterned(size);
      const key = `pieces/${size}`;
      await store.putPieces(key, inPieces(bytes, 65_537));
      expect(Buffer.compare(await present(store.get(key)), bytes)).toBe(0);
      expect(Buffer.compare(await joined(store.getPieces(key)), bytes)).toBe(0);
      await store.delete(key);
      expect(await store.getPieces(key)).toBeNull();
    });

    it("keeps a piece as it was when the next one comes in the same memory", async () => {
      const memory = new Uint8Array(3);
      const pieces = async function* () {
        for (const value of [1, 2]) yield memory.fill(value);
      };
      await store.putPieces("pieces/own", pieces());
      expect(await store.get("pieces/own")).toEqual(Uint8Array.of(1, 1, 1, 2, 2, 2));
      await store.delete("pieces/own");
    });

    it.each([10, 6 * MEBIBYTE])("leaves what was there if %i bytes break off", async (size) => {
      await store.put("pieces/whole", Uint8Array.of(7));
      const breaking = async function* () {
        yield* inPieces(patterned(size), 65_536);
        throw new Error("broken off");
      };
      await expect(store.putPieces("pieces/whole", breaking())).rejects.toThrow("broken off");
      expect(await store.get("pieces/whole")).toEqual(Uint8Array.of(7));
      await store.delete("pieces/whole");
    });

    it("lets a reader stop early, and refuses what is no key", async () => {
      await store.putPieces("pieces/long", inPieces(patterned(MEBIBYTE), 65_536));
      for await (const piece of (await store.getPieces("pieces/long")) ?? []) {
        expect(piece.length).toBeGreaterThan(0);
        break;
      }
      await store.delete("pieces/long");
      await expect(store.getPieces("../a")).rejects.toThrow(RangeError);
      await expect(store.putPieces("../a", inPieces(patterned(1), 1))).rejects.toThrow(RangeError);
    });

    it("is empty at first", async () => {
      expect(await store.page("", 10)).toEqual([]);
    });

    it("gives its keys page by page, in ascending order", async () => {
      for (const key of KEYS.toReversed()) await store.put(key, Uint8Array.of(1));
      const pages: string[][] = [];
      for (let after = ""; ; ) {
        const page = await store.page(after, 4);
        if (page.length === 0) break;
        pages.push(page.map(({ key }) => key));
        after = page.at(-1)?.key ?? "";
      }
      expect(pages).toEqual([KEYS.slice(0, 4), KEYS.slice(4, 8), KEYS.slice(8)]);
    });

    it("goes on after a key that is no more", async () => {
      const page = await store.page("b/c/5", 2);
      expect(page.map(({ key }) => key)).toEqual(["b/c/9", "b/d"]);
    });

    it("says when each was written, the last time", async () => {
      const before = Date.now();
      await store.put("a", Uint8Array.of(2));
      const [entry] = await store.page("", 1);
      // Clocks of files are not those of processes.
      expect(entry?.writtenAt).toBeGreaterThan(before - 2000);
      expect(entry?.writtenAt).toBeLessThan(Date.now() + 2000);
    });
  });
}

async function present(reading: Promise<Uint8Array | null>): Promise<Uint8Array> {
  const bytes = await reading;
  if (bytes === null) throw new Error("The key is missing.");
  return bytes;
}

function patterned(size: number): Uint8Array {
  return Uint8Array.from({ length: size }, (_, index) => (index * 31 + (index >> 9)) & 0xff);
}

async function* inPieces(bytes: Uint8Array, pieceBytes: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.slice(at, at + pieceBytes);
}

async function joined(opening: Promise<AsyncIterable<Uint8Array> | null>): Promise<Uint8Array> {
  const pieces = await opening;
  if (pieces === null) throw new Error("The key is missing.");
  return Buffer.concat(await Array.fromAsync(pieces));
}
