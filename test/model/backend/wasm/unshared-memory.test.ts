import { readFile } from "node:fs/promises";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { withUnsharedMemory } from "../../../../src/model/backend/wasm/unshared-memory.ts";

const shared = Uint8Array.from(
  await readFile(new URL("../../../../build/kernels/simd.wasm", import.meta.url)),
);
const limits = { initial: 1, maximum: 1 };

function instantiate(wasm: Uint8Array<ArrayBuffer>, memory: WebAssembly.Memory) {
  return WebAssembly.instantiate(wasm, { env: { memory } });
}

describe("withUnsharedMemory", () => {
  it("gives WASM that takes an unshared memory and no shared one", async () => {
    const unshared = withUnsharedMemory(shared);
    const plain = () => new WebAssembly.Memory(limits);
    const common = () => new WebAssembly.Memory({ ...limits, shared: true });
    await expect(instantiate(unshared, plain())).resolves.toBeDefined();
    await expect(instantiate(unshared, common())).rejects.toThrow(WebAssembly.LinkError);
    await expect(instantiate(shared, plain())).rejects.toThrow(WebAssembly.LinkError);
  });

  it("changes one byte of a copy", () => {
    const before = shared.slice();
    const unshared = withUnsharedMemory(shared);
    expect(shared).toEqual(before);
    expect(unshared.filter((byte, at) => byte !== shared[at])).toHaveLength(1);
  });

  it("refuses WASM whose memory is not shared, or that imports none", () => {
    expect(() => withUnsharedMemory(withUnsharedMemory(shared))).toThrow("kind 1, not 3");
    const empty = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
    expect(() => withUnsharedMemory(empty)).toThrow("imports no memory");
  });

  it("ends with a sentence on any bytes", () => {
    const bytes = fc.uint8Array({ maxLength: 200 });
    fc.assert(
      fc.property(bytes, (rest) => {
        const wasm = Uint8Array.from([...shared.subarray(0, 8), ...rest]);
        try {
          expect(withUnsharedMemory(wasm)).toHaveLength(wasm.length);
        } catch (error) {
          expect((error as Error).message).toMatch(/^the (binary|memory)/);
        }
      }),
    );
  });
});
